/**
 * Log of one stage. Levels as in Python's logging, which cloud-init's log files show. What is
 * logged at WARNING and above also becomes a recoverable error in status.json.
 */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  /** The cause's message and stack follow at DEBUG. */
  error(message: string, cause?: unknown): void;
}
