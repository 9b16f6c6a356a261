/** Levels as in Python's logging, which cloud-init's configuration and log files use. */
export type LogLevel = "DEBUG" | "INFO" | "WARNING" | "ERROR" | "CRITICAL";

const SEVERITY: Readonly<Record<LogLevel, number>> = {
  DEBUG: 10,
  INFO: 20,
  WARNING: 30,
  ERROR: 40,
  CRITICAL: 50,
};

/** Whether a record of `level` passes a threshold of `minimum`. */
export function isAtLeast(level: LogLevel, minimum: LogLevel): boolean {
  return SEVERITY[level] >= SEVERITY[minimum];
}

/** The level of that name in any case (WARN and FATAL too); NOTSET and numbers below 10 are DEBUG. Undefined for other words. */
export function parseLogLevel(text: string): LogLevel | undefined {
  const name = text.trim().toUpperCase();
  switch (name) {
    case "NOTSET":
    case "TRACE":
    case "DEBUG":
      return "DEBUG";
    case "INFO":
      return "INFO";
    case "WARN":
    case "WARNING":
      return "WARNING";
    case "ERROR":
      return "ERROR";
    case "FATAL":
    case "CRITICAL":
      return "CRITICAL";
    default:
      return undefined;
  }
}
