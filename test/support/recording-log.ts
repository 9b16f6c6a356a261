import type { Logger } from "../../src/report/logger.ts";

/** A logger that keeps what it is told. */
export interface RecordingLog extends Logger {
  /** `WARNING: message`, in order. */
  readonly lines: string[];
  /** The messages at WARNING and above. */
  warnings(): readonly string[];
}

/** A logger for tests. */
export function createRecordingLog(): RecordingLog {
  const lines: string[] = [];
  const add = (level: string) => (message: string) => {
    lines.push(`${level}: ${message}`);
  };
  return {
    lines,
    debug: add("DEBUG"),
    info: add("INFO"),
    warn: add("WARNING"),
    error: add("ERROR"),
    warnings: () =>
      lines
        .filter((line) => /^(?:WARNING|ERROR): /u.test(line))
        .map((line) => line.replace(/^\w+: /u, "")),
  };
}
