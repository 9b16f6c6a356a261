import type { System } from "./system.ts";

/** How long to go on asking, and how often. */
export interface PollOptions {
  readonly timeoutMs: number;
  readonly intervalMs: number;
}

/**
 * Asks `check` until it gives a value, and returns that. The first question is asked at once, the
 * last one when the time is up; then undefined. What `check` throws ends the polling.
 */
export async function pollUntil<T>(
  sys: Pick<System, "clock">,
  check: () => Promise<T | undefined> | T | undefined,
  options: PollOptions,
): Promise<T | undefined> {
  const deadlineMs = sys.clock.monotonicMs() + options.timeoutMs;
  for (;;) {
    const value = await check();
    const remainingMs = deadlineMs - sys.clock.monotonicMs();
    if (value !== undefined || remainingMs <= 0) {
      return value;
    }
    await sys.clock.sleep(Math.min(Math.max(1, options.intervalMs), remainingMs));
  }
}
