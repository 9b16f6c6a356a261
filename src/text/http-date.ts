const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * The time that a `Date` header says, always GMT (RFC 9110 §5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT",
 * and the two obsolete forms that recipients must read. Undefined for anything else.
 */
export function parseHttpDate(text: string): Date | undefined {
  const fixed =
    /^(?:[a-z]+, )?(?<day>\d{1,2})[ -](?<month>[a-z]{3})[ -](?<year>\d{4}|\d\d) (?<time>\d\d:\d\d:\d\d) (?:GMT|UTC|[-+]0000)$/iu;
  const asctime =
    /^[a-z]{3} (?<month>[a-z]{3}) (?<day>[ \d]\d) (?<time>\d\d:\d\d:\d\d) (?<year>\d{4})$/iu;
  const fields = (fixed.exec(text.trim()) ?? asctime.exec(text.trim()))?.groups;
  if (fields === undefined) {
    return undefined;
  }
  const { day = "", month = "", year = "", time = "" } = fields;
  const monthIndex = MONTHS.findIndex((name) => name.toLowerCase() === month.toLowerCase());
  const [hour = 0, minute = 0, second = 0] = time.split(":").map(Number);
  if (monthIndex < 0 || hour > 23 || minute > 59 || second > 60) {
    return undefined;
  }
  const date = new Date(Date.UTC(fullYear(year), monthIndex, Number(day), hour, minute, second));
  return date.getUTCMonth() === monthIndex ? date : undefined;
}

/** RFC 850's two digits: this century up to 69, as POSIX strptime reads them. */
function fullYear(text: string): number {
  const year = Number(text);
  if (text.length === 4) {
    return year;
  }
  return year < 69 ? 2000 + year : 1900 + year;
}
