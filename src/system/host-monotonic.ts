import process from "node:process";

const STARTED = process.hrtime();

/**
 * Milliseconds since the process began, or nearly so, by a clock that nobody sets. `performance.now()`
 * says the same, but has Node.js load a dozen modules first, which takes 3 ms in each process.
 */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime(STARTED);
  return seconds * 1_000 + nanoseconds / 1_000_000;
}
