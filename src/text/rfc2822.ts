const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
const MONTHS = [
  "Jan",
  "Feb",
  "Mar",
  "Apr",
  "May",
  "Jun",
  "Jul",
  "Aug",
  "Sep",
  "Oct",
  "Nov",
  "Dec",
] as const;

/** UTC as in mail headers, English whatever the locale: "Fri, 02 Sep 2016 19:28:07 +0000" (RFC 5322 §3.3; compat core.md §3.1). */
export function formatRfc2822(at: Date): string {
  const day = DAYS[at.getUTCDay()] ?? "";
  const month = MONTHS[at.getUTCMonth()] ?? "";
  const time = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(twoDigits).join(":");
  return `${day}, ${twoDigits(at.getUTCDate())} ${month} ${at.getUTCFullYear()} ${time} +0000`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
