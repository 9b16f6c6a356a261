import { expect, test } from "bun:test";
import { booleanOption, isFalse, isTrue, parseBoolean } from "../../src/text/boolean-option.ts";

test("words say true or false in any case, blanks aside", () => {
  for (const value of [true, "true", " YES ", "On", "1", 1]) {
    expect([isTrue(value), isFalse(value), parseBoolean(value)]).toEqual([true, false, true]);
  }
  for (const value of [false, "FALSE", "no", " off", "0", 0]) {
    expect([isTrue(value), isFalse(value), parseBoolean(value)]).toEqual([false, true, false]);
  }
  for (const value of ["maybe", "y", "", 2, null, undefined, [], {}]) {
    expect([isTrue(value), isFalse(value), parseBoolean(value)]).toEqual([false, false, undefined]);
  }
});

test("an option that is neither true nor absent is false", () => {
  expect(booleanOption("maybe", true)).toBe(false);
  expect(booleanOption(undefined, true)).toBe(true);
  expect(booleanOption(null, true)).toBe(true);
});
