import type { Random } from "../../system/system.ts";

const FIRST_MS = 500;
const GROWTH = 2;
const LONGEST_MS = 8000;
/** A server may ask for longer; none is waited for more than this. */
const RETRY_AFTER_MAX_S = 120;

/**
 * How long to wait before the next try: half a second, then twice as long each time, and by chance
 * up to a half less, so that a rack of machines does not ask in step. `Retry-After` in seconds (RFC
 * 9110 §10.2.3) makes it longer.
 */
export function retryDelayMs(random: Random, tried: number, retryAfter?: string): number {
  const fullMs = Math.min(LONGEST_MS, FIRST_MS * GROWTH ** tried);
  const [byte = 0] = random.bytes(1);
  const delayMs = fullMs * (1 - byte / 512);
  const asked = retryAfter === undefined ? Number.NaN : Number(retryAfter.trim());
  return Number.isFinite(asked) && asked > 0
    ? Math.max(delayMs, Math.min(asked, RETRY_AFTER_MAX_S) * 1000)
    : delayMs;
}
