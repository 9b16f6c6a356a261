import { readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";

/** Seconds since boot: the clock's, else the first number of /proc/uptime (proc(5)). */
export function readLinuxUptimeSeconds(sys: System): number | undefined {
  const seconds = sys.clock.uptimeSeconds();
  if (seconds !== undefined) {
    return seconds;
  }
  const word = readTextIfExists(sys.fs, "/proc/uptime")?.split(" ")[0];
  return word !== undefined && /^\d+(?:\.\d+)?$/u.test(word) ? Number(word) : undefined;
}
