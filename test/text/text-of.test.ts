import { expect, test } from "bun:test";
import { textOf } from "../../src/text/text-of.ts";

test.each<[unknown, string]>([
  ["x", "x"],
  [true, "True"],
  [null, "None"],
  [undefined, "None"],
  [5, "5"],
  [7.1, "7.1"],
  [1e16, "1e+16"],
  [1.5e-5, "1.5e-05"],
  [0.0001, "0.0001"],
  [Number.POSITIVE_INFINITY, "inf"],
  [Number.NaN, "nan"],
  [["a", 1, false, null], "['a', 1, False, None]"],
  [{ a: [1], "it's": "x\n" }, `{'a': [1], "it's": 'x\\n'}`],
  [new TextEncoder().encode("é"), "é"],
])("%j is %j, as in Python", (value, text) => {
  expect(textOf(value)).toBe(text);
});
