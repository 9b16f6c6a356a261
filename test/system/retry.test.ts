import { expect, test } from "bun:test";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { pollUntil } from "../../src/system/retry.ts";

test("the value is returned as soon as it is there", async () => {
  const { system } = createScriptedSystem();
  let count = 0;
  const value = await pollUntil(system, () => (++count === 3 ? "up" : undefined), {
    timeoutMs: 10_000,
    intervalMs: 500,
  });
  expect(value).toBe("up");
  expect(system.clock.monotonicMs()).toBe(1000);
});

test("nothing is waited for where the first answer will do", async () => {
  const { system } = createScriptedSystem();
  expect(await pollUntil(system, async () => 0, { timeoutMs: 0, intervalMs: 1 })).toBe(0);
  expect(system.clock.monotonicMs()).toBe(0);
});

test("the last question is asked when the time is up, then it is undefined", async () => {
  const { system } = createScriptedSystem();
  const askedAt: number[] = [];
  const value = await pollUntil<string>(
    system,
    () => {
      askedAt.push(system.clock.monotonicMs());
      return undefined;
    },
    { timeoutMs: 1200, intervalMs: 500 },
  );
  expect(value).toBeUndefined();
  expect(askedAt).toEqual([0, 500, 1000, 1200]);
});

test("an interval of nothing still comes to its end", async () => {
  const { system } = createScriptedSystem();
  const value = await pollUntil(system, () => undefined, { timeoutMs: 5, intervalMs: 0 });
  expect(value).toBeUndefined();
});

test("what the question throws ends the polling", async () => {
  const { system } = createScriptedSystem();
  const failing = (): never => {
    throw new Error("no such device");
  };
  await expect(pollUntil(system, failing, { timeoutMs: 1000, intervalMs: 1 })).rejects.toThrow(
    "no such device",
  );
  expect(system.clock.monotonicMs()).toBe(0);
});
