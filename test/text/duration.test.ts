import { expect, test } from "bun:test";
import fc from "fast-check";
import { formatDuration, parseDurationMs } from "../../src/text/duration.ts";

test.each([
  [90, 90_000],
  ["90", 90_000],
  ["30s", 30_000],
  ["1.5s", 1_500],
  ["5m", 300_000],
  ["1h", 3_600_000],
  ["1h30m", 5_400_000],
  [" 1 h 30 m ", 5_400_000],
  ["2d", 172_800_000],
  ["1H", 3_600_000],
  [0, 0],
])("%p is %p ms", (value, ms) => {
  expect(parseDurationMs(value)).toBe(ms);
});

test.each(
  [
    -1,
    "-5m",
    "soon",
    "",
    "m",
    "30m1h",
    "1h 30",
    "5 minutes",
    "1e3",
    null,
    true,
    [],
    {},
    "9".repeat(50),
    Number.NaN,
  ].map((value) => [value]),
)("%p is none", (value) => {
  expect(parseDurationMs(value)).toBeUndefined();
});

test("what is written is read back", () => {
  fc.assert(
    fc.property(fc.nat({ max: 1_000_000_000 }), (seconds) => {
      expect(parseDurationMs(formatDuration(seconds * 1_000))).toBe(seconds * 1_000);
    }),
  );
  expect([0, 500, 90_000, 5_400_000].map(formatDuration)).toEqual(["0s", "0.5s", "1m30s", "1h30m"]);
});
