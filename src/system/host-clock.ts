import fs from "node:fs";
import { createRequire } from "node:module";
import type os from "node:os";
import type { Clock } from "./system.ts";

/** The system's clocks. */
export function createHostClock(): Clock {
  return {
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    uptimeSeconds: () => readProcUptime() ?? askForUptime(),
    sleep: (ms) =>
      new Promise((resolve) => {
        setTimeout(resolve, ms);
      }),
  };
}

/** First field of /proc/uptime, in hundredths of a second; Linux only. See proc(5). */
function readProcUptime(): number | undefined {
  try {
    return positive(Number.parseFloat(fs.readFileSync("/proc/uptime", "utf8")));
  } catch {
    return undefined;
  }
}

/** On AIX libuv reads utmp, whose form differs between levels: it may throw or make no sense. */
function askForUptime(): number | undefined {
  try {
    const { uptime } = createRequire("/")("node:os") as typeof os;
    return positive(uptime());
  } catch {
    return undefined;
  }
}

function positive(seconds: number): number | undefined {
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
}
