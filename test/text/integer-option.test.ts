import { expect, test } from "bun:test";
import { parseInteger } from "../../src/text/integer-option.ts";

test("numbers and their text, as Python's int() takes them", () => {
  expect([30, "30", " +3_0 ", "-7", "007", 30.0].map(parseInteger)).toEqual([
    30, 30, 30, -7, 7, 30,
  ]);
});

test("what is no whole number is undefined", () => {
  const values = ["", "a", "1.5", 1.5, "1__0", "_1", true, null, [], "9".repeat(17), Number.NaN];
  expect(values.map(parseInteger)).toEqual(values.map(() => undefined));
});
