import { expect, test } from "bun:test";
import os from "node:os";
import { createHostClock } from "../../src/system/host-clock.ts";

const NO_FILE = "/no/such/proc/uptime";

test("on AIX, where no file tells the time since boot and libuv may throw or say nonsense, it is unknown", () => {
  const nonsense = [Number.NaN, 0, -5, Number.POSITIVE_INFINITY];
  for (const seconds of nonsense) {
    expect(createHostClock({ file: NO_FILE, ask: () => seconds }).uptimeSeconds()).toBeUndefined();
  }
  const failing = createHostClock({
    file: NO_FILE,
    ask() {
      throw new Error("ENOSYS: function not implemented, uv_uptime");
    },
  });
  expect(failing.uptimeSeconds()).toBeUndefined();
  expect(createHostClock({ file: NO_FILE, ask: () => 42 }).uptimeSeconds()).toBe(42);
});

test("without the file the runtime is asked, whole seconds or not", () => {
  const asked = createHostClock({ file: NO_FILE, ask: os.uptime }).uptimeSeconds() ?? 0;
  expect(Math.abs(asked - (createHostClock().uptimeSeconds() ?? 0))).toBeLessThan(5);
});

test("the clocks of the machine go forward", async () => {
  const clock = createHostClock();
  const [nowMs, monotonicMs] = [clock.now().getTime(), clock.monotonicMs()];
  await clock.sleep(20);
  // Timers may be early by the rounding of a millisecond.
  expect(clock.monotonicMs() - monotonicMs).toBeGreaterThanOrEqual(18);
  expect(clock.now().getTime()).toBeGreaterThan(nowMs);
  expect(clock.uptimeSeconds()).toBeGreaterThan(0);
});
