import { expect, test } from "bun:test";
import { parseSizeBytes } from "../../src/text/size.ts";

test.each<[unknown, number]>([
  ["512", 512],
  [512, 512],
  ["10B", 10],
  ["1K", 1024],
  ["10MB", 10 * 2 ** 20],
  ["10MiB", 10 * 2 ** 20],
  [" 1.5 g ", 1.5 * 2 ** 30],
  ["2T", 2 ** 41],
])("%j is %d bytes", (value, bytes) => {
  expect(parseSizeBytes(value)).toBe(bytes);
});

test("what is negative or no size is undefined", () => {
  for (const value of ["-1", -1, "", "M", "1X", "1iB", "1e3", null, [], "9999999T", Number.NaN]) {
    expect(parseSizeBytes(value)).toBeUndefined();
  }
});
