import { expect, test } from "bun:test";
import { describeKind } from "../../src/text/describe-kind.ts";

test("kinds of values have names that do not repeat the value", () => {
  const values = [null, undefined, [], new Uint8Array(), "x", 1, 1n, true, {}, () => 1];
  expect(values.map(describeKind)).toEqual([
    "nothing",
    "nothing",
    "a list",
    "binary data",
    "text",
    "a number",
    "a number",
    "a boolean",
    "a mapping",
    "a function",
  ]);
});
