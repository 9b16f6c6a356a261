import { expect, test } from "bun:test";
import { createHostClock } from "../../src/system/host-clock.ts";

test("the clocks of the machine go forward", async () => {
  const clock = createHostClock();
  const [nowMs, monotonicMs] = [clock.now().getTime(), clock.monotonicMs()];
  await clock.sleep(20);
  // Timers may be early by the rounding of a millisecond.
  expect(clock.monotonicMs() - monotonicMs).toBeGreaterThanOrEqual(18);
  expect(clock.now().getTime()).toBeGreaterThan(nowMs);
  expect(clock.uptimeSeconds()).toBeGreaterThan(0);
});
