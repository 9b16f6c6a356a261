import { expect, test } from "bun:test";
import fc from "fast-check";
import { suggestSwapBytes } from "../../../src/distros/posix/swap-size.ts";

const GB = 2 ** 30;

test("swap suits the memory, by the steps that cloud-init has", () => {
  const suited = [0.5, 1, 1.5, 2, 3, 4, 8, 16, 32, 64].map(
    (memory) =>
      suggestSwapBytes({ memoryBytes: memory * GB, freeBytes: 1000 * GB, maxBytes: 500 * GB }) / GB,
  );
  expect(suited).toEqual([1, 2, 2, 2, 3, 4, 4, 4, 16, 32]);
});

test("without a limit a quarter of what is free is used, and 8 GB at most", () => {
  expect(suggestSwapBytes({ memoryBytes: 2 * GB, freeBytes: 6 * GB })).toBe(1.5 * GB);
  expect(suggestSwapBytes({ memoryBytes: 64 * GB, freeBytes: 1000 * GB })).toBe(8 * GB);
});

test("a limit gives way to nine tenths of what is free", () => {
  expect(suggestSwapBytes({ memoryBytes: 2 * GB, freeBytes: 2 * GB, maxBytes: 5 * GB })).toBe(
    Math.trunc(1.8 * GB),
  );
});

test("none is better than too little", () => {
  expect(suggestSwapBytes({ memoryBytes: 2 * GB, freeBytes: 3 * GB })).toBe(0);
  expect(suggestSwapBytes({ memoryBytes: 16 * GB, freeBytes: 16 * GB })).toBe(4 * GB);
});

test("it never is more than is free, nor more than the limit", () => {
  const bytes = fc.integer({ min: 0, max: 2 ** 46 });
  fc.assert(
    fc.property(bytes, bytes, fc.option(bytes, { nil: undefined }), (memory, free, max) => {
      const got = suggestSwapBytes({
        memoryBytes: memory,
        freeBytes: free,
        ...(max === undefined ? {} : { maxBytes: max }),
      });
      expect(Number.isSafeInteger(got)).toBe(true);
      expect(got).toBeGreaterThanOrEqual(0);
      expect(got).toBeLessThanOrEqual(Math.min(free, max ?? free));
    }),
  );
});
