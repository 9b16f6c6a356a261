import fs from "node:fs";
import { createRequire } from "node:module";
import type os from "node:os";
import { monotonicMs } from "./host-monotonic.ts";
import type { Clock } from "./system.ts";

/** Where the time since boot is asked for. */
export interface UptimeSources {
  /** Linux's file of it; no other system has one. */
  readonly file: string;
  readonly ask: () => number;
}

const UPTIME_SOURCES: UptimeSources = { file: "/proc/uptime", ask: askRuntime };

/** The system's clocks. */
export function createHostClock(sources: UptimeSources = UPTIME_SOURCES): Clock {
  return {
    now: () => new Date(),
    monotonicMs,
    uptimeSeconds: () => readProcUptime(sources.file) ?? askForUptime(sources.ask),
    sleep: (ms) =>
      new Promise((resolve) => {
        setTimeout(resolve, ms);
      }),
  };
}

/** First field of /proc/uptime, in hundredths of a second; Linux only. See proc(5). */
function readProcUptime(file: string): number | undefined {
  try {
    return positive(Number.parseFloat(fs.readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}

/** On AIX libuv reads utmp, whose form differs between levels: it may throw or make no sense. */
function askForUptime(ask: () => number): number | undefined {
  try {
    return positive(ask());
  } catch {
    return undefined;
  }
}

function askRuntime(): number {
  const { uptime } = createRequire("/")("node:os") as typeof os;
  return uptime();
}

function positive(seconds: number): number | undefined {
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
}
