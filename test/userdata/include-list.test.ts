import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { parseIncludeList } from "../../src/userdata/include-list.ts";

const entries = (text: string, isOnce = false) =>
  parseIncludeList(Buffer.from(text), isOnce).map(
    ({ url, isOnce: once }) => `${once ? "once " : ""}${url}`,
  );

test("#include and #include-once say what holds for the lines after them, and may have an entry themselves", () => {
  expect(
    entries(
      "#include\nhttps://example.com/1\r\n\n# a comment\n#INCLUDE-ONCE https://example.com/2\n  /etc/3  \n#include\n4\n",
    ),
  ).toEqual(["https://example.com/1", "once https://example.com/2", "once /etc/3", "4"]);
});

test("the type of a part says how its list begins", () => {
  expect(entries("https://example.com/1", true)).toEqual(["once https://example.com/1"]);
});

test("any text is a list", () => {
  fc.assert(fc.property(fc.string(), (text) => expect(Array.isArray(entries(text))).toBe(true)));
});
