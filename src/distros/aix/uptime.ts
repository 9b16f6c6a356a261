import type { System } from "../../system/system.ts";

const PS = "/usr/bin/ps";
const WHO = "/usr/bin/who";

/**
 * Seconds since boot: the clock's where the runtime tells (os.uptime() can fail on AIX), else the
 * age of process 1, else the boot record that `who -b` shows (to the minute). There is no
 * /proc/uptime. Undefined where none tells.
 */
export async function readAixUptimeSeconds(sys: System): Promise<number | undefined> {
  const seconds = sys.clock.uptimeSeconds();
  if (seconds !== undefined) {
    return seconds;
  }
  return (await readInitAgeSeconds(sys)) ?? readBootRecordSeconds(sys);
}

/** The age of process 1 by ps(1). */
export async function readInitAgeSeconds(sys: System): Promise<number | undefined> {
  const age = await sys.exec.query([PS, "-o", "etime=", "-p", "1"], { okExitCodes: "any" });
  return parseElapsedTime(age.stdout);
}

/** The boot record by who(1), to the minute. */
export async function readBootRecordSeconds(sys: System): Promise<number | undefined> {
  const boot = await sys.exec.query([WHO, "-b"], { okExitCodes: "any", env: { TZ: "UTC0" } });
  return secondsSince(boot.stdout, sys.clock.now());
}

/** `[[DD-]HH:]MM:SS`, possibly after blanks, as POSIX ps prints `etime`: "1148-20:54:50", "00:13". */
export function parseElapsedTime(text: string): number | undefined {
  const match = /^(?:(?:(\d+)-)?(\d{1,2}):)?(\d{1,2}):(\d{2})$/u.exec(text.trim());
  if (match === null) {
    return undefined;
  }
  const [days, hours, minutes, seconds] = match.slice(1).map((digits) => Number(digits ?? 0));
  return (((days ?? 0) * HOURS_PER_DAY + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0);
}

const HOURS_PER_DAY = 24;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `who -b` in UTC: "system boot 2020-06-16 09:12" on AIX 7.1 and 7.2, "system boot Feb 13 23:31" on 7.3. */
function secondsSince(who: string, now: Date): number | undefined {
  const bootMs = parseBootTime(who, now);
  return bootMs === undefined || bootMs > now.getTime()
    ? undefined
    : Math.floor((now.getTime() - bootMs) / 1000);
}

/** Milliseconds since 1970 of the boot that `who -b` tells. A date without a year is the last one before `now`. */
export function parseBootTime(who: string, now: Date): number | undefined {
  const dated = /system boot\s+(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2})/u.exec(who);
  if (dated !== null) {
    const [year, month, day, hour, minute] = dated.slice(1).map(Number);
    return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute);
  }
  const yearless = /system boot\s+([A-Z][a-z]{2})\s+(\d{1,2})\s+(\d{2}):(\d{2})/u.exec(who);
  const month = MONTHS.indexOf(yearless?.[1] ?? "");
  if (yearless === null || month === -1) {
    return undefined;
  }
  const [day, hour, minute] = yearless.slice(2).map(Number);
  const thisYear = Date.UTC(now.getUTCFullYear(), month, day, hour, minute);
  return thisYear <= now.getTime()
    ? thisYear
    : Date.UTC(now.getUTCFullYear() - 1, month, day, hour, minute);
}
