import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { extractMergeHow, parseMergeHow } from "../../src/config/merge-how.ts";

describe("merge_how as text", () => {
  test("names and options, blanks and case aside", () => {
    expect(parseMergeHow(" List(append) + DICT( no-replace, recurse_list ,)+str()+")).toEqual({
      ok: true,
      mergers: [
        { type: "list", options: ["append"] },
        { type: "dict", options: ["no_replace", "recurse_list"] },
        { type: "str", options: [] },
      ],
    });
  });

  test("the prefix m_ is optional", () => {
    expect(parseMergeHow("m_list(prepend)")).toEqual({
      ok: true,
      mergers: [{ type: "list", options: ["prepend"] }],
    });
  });

  test("nothing gives no mergers", () => {
    for (const value of [undefined, null, "", []]) {
      expect(parseMergeHow(value)).toEqual({ ok: true, mergers: [] });
    }
  });

  test.each([
    ["list", '"list" is not of the form "name(option,option)"'],
    ["list(append", '"list(append" is not of the form "name(option,option)"'],
    ["set(append)", '"set" is no merger, expected "dict", "list" or "str"'],
    [{ list: "append" }, "expected text or a list, found a mapping"],
    [7, "expected text or a list, found a number"],
    [[7], "its item 1 is a number, expected a list or a mapping"],
    [[{ settings: ["append"] }], '"" is no merger, expected "dict", "list" or "str"'],
  ])("%j is refused with its reason", (value, reason) => {
    expect(parseMergeHow(value)).toEqual({ ok: false, reason });
  });
});

test("merge_how as a list of mappings or of lists", () => {
  expect(
    parseMergeHow([
      { name: "list", settings: ["append"] },
      ["dict", "no_replace", "recurse_list"],
      "str(append)",
    ]),
  ).toEqual({
    ok: true,
    mergers: [
      { type: "list", options: ["append"] },
      { type: "dict", options: ["no_replace", "recurse_list"] },
      { type: "str", options: ["append"] },
    ],
  });
});

test("merge_how goes before merge_type, and both leave the configuration", () => {
  expect(extractMergeHow({ a: 1, merge_how: "list()", merge_type: "dict()" })).toEqual({
    config: { a: 1 },
    mergeHow: "list()",
  });
  expect(extractMergeHow({ merge_how: "", merge_type: "dict()" })).toEqual({
    config: {},
    mergeHow: "dict()",
  });
  expect(extractMergeHow({ a: 1 })).toEqual({ config: { a: 1 }, mergeHow: undefined });
});

test("any value is parsed or refused, never an exception", () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const parsed = parseMergeHow(value);
      expect(parsed.ok || parsed.reason !== "").toBe(true);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."list()+dict,_- m") }), (text) => {
      const parsed = parseMergeHow(text);
      expect(parsed.ok || parsed.reason !== "").toBe(true);
    }),
    { numRuns: 1000 },
  );
});
