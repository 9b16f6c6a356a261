import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { applyJsonPatch } from "../../src/userdata/json-patch.ts";

function patch(document: unknown, ...operations: readonly unknown[]): unknown {
  const before = structuredClone(document);
  const patched = applyJsonPatch(document, operations);
  expect(document).toEqual(before);
  return patched.ok ? patched.value : patched;
}

const failure = (reason: string, operation = 0) => ({ ok: false, operation, reason });

describe("RFC 6902, appendix A: what each operation does", () => {
  test.each([
    ["a member is added", { a: 1 }, { op: "add", path: "/b", value: 2 }, { a: 1, b: 2 }],
    [
      "a member that is there is replaced by add",
      { a: 1 },
      { op: "add", path: "/a", value: 2 },
      { a: 2 },
    ],
    [
      "an item is added before another",
      { a: [1, 3] },
      { op: "add", path: "/a/1", value: 2 },
      { a: [1, 2, 3] },
    ],
    [
      "an item is added at the end",
      { a: [1] },
      { op: "add", path: "/a/-", value: [2, 3] },
      { a: [1, [2, 3]] },
    ],
    [
      "the index behind the last item appends",
      { a: [1] },
      { op: "add", path: "/a/1", value: 2 },
      { a: [1, 2] },
    ],
    [
      "an object is added as a value",
      {},
      { op: "add", path: "/a", value: { b: {} } },
      { a: { b: {} } },
    ],
    ["null is a value", {}, { op: "add", path: "/a", value: null }, { a: null }],
    ["the whole is replaced", { a: 1 }, { op: "add", path: "", value: [1] }, [1]],
    ["a member is removed", { a: 1, b: 2 }, { op: "remove", path: "/b" }, { a: 1 }],
    ["an item is removed", { a: [1, 2, 3] }, { op: "remove", path: "/a/1" }, { a: [1, 3] }],
    [
      "a value is replaced",
      { a: 1, b: 2 },
      { op: "replace", path: "/a", value: [1] },
      { a: [1], b: 2 },
    ],
    [
      "an item is replaced in its place",
      { a: [1, 2] },
      { op: "replace", path: "/a/0", value: 9 },
      { a: [9, 2] },
    ],
    [
      "a value moves",
      { a: { x: 1 }, b: {} },
      { op: "move", from: "/a/x", path: "/b/y" },
      { a: {}, b: { y: 1 } },
    ],
    [
      "an item moves",
      { a: [1, 2, 3, 4] },
      { op: "move", from: "/a/1", path: "/a/3" },
      { a: [1, 3, 4, 2] },
    ],
    ["a value moves onto itself", { a: 1 }, { op: "move", from: "/a", path: "/a" }, { a: 1 }],
    ["a value is copied", { a: [1] }, { op: "copy", from: "/a", path: "/b" }, { a: [1], b: [1] }],
    [
      "a test that holds changes nothing",
      { a: [1, { b: 2 }] },
      { op: "test", path: "/a", value: [1, { b: 2 }] },
      { a: [1, { b: 2 }] },
    ],
    [
      "the order of members does not matter to a test",
      { a: { x: 1, y: 2 } },
      { op: "test", path: "/a", value: { y: 2, x: 1 } },
      { a: { x: 1, y: 2 } },
    ],
    ["numbers are compared by value", { a: 1n }, { op: "test", path: "/a", value: 1.0 }, { a: 1n }],
    [
      "members of an operation that are not known are ignored",
      {},
      { op: "add", path: "/a", value: 1, xyz: 2 },
      { a: 1 },
    ],
    [
      "~0 is a tilde and ~1 a slash",
      { "/": 9, "~1": 10 },
      { op: "test", path: "/~01", value: 10 },
      { "/": 9, "~1": 10 },
    ],
    ["the empty key is a key", { "": 1 }, { op: "replace", path: "/", value: 2 }, { "": 2 }],
    [
      "__proto__ is a key like any other",
      {},
      { op: "add", path: "/__proto__", value: 1 },
      JSON.parse('{"__proto__": 1}'),
    ],
  ] as const)("%s", (_, document, operation, expected) => {
    expect(patch(document, operation)).toEqual(expected);
  });

  test.each([
    [
      "a target whose owner is missing",
      {},
      { op: "add", path: "/a/b", value: 1 },
      'there is nothing at "/a"',
    ],
    [
      "an index beyond the end",
      { a: [1] },
      { op: "add", path: "/a/2", value: 1 },
      'there is nothing at "/a/2": the list has 1 items',
    ],
    [
      "an index with a leading zero",
      { a: [1, 2] },
      { op: "remove", path: "/a/01" },
      'there is nothing at "/a/01": the list has 2 items',
    ],
    [
      "the end of a list as something that is there",
      { a: [1] },
      { op: "remove", path: "/a/-" },
      'there is nothing at "/a/-": the list has 1 items',
    ],
    ["a removal of nothing", {}, { op: "remove", path: "/a" }, 'there is nothing at "/a"'],
    [
      "a replacement of nothing",
      {},
      { op: "replace", path: "/a", value: 1 },
      'there is nothing at "/a"',
    ],
    [
      "a move into its own child",
      { a: { b: 1 } },
      { op: "move", from: "/a", path: "/a/b" },
      '"/a" cannot be moved into itself',
    ],
    [
      "a member of text",
      { a: "x" },
      { op: "add", path: "/a/b", value: 1 },
      '"/a" is neither a list nor an object',
    ],
    [
      "a test of another value",
      { a: "10" },
      { op: "test", path: "/a", value: 10 },
      'test failed: "/a" has another value',
    ],
    ["a missing value", {}, { op: "add", path: "/a" }, '"value" is missing'],
    [
      "a path that is no pointer",
      {},
      { op: "add", path: "a", value: 1 },
      '"path" is no JSON Pointer: it begins with "/" and has "~" as "~0"',
    ],
    [
      "a tilde alone",
      {},
      { op: "add", path: "/~2", value: 1 },
      '"path" is no JSON Pointer: it begins with "/" and has "~" as "~0"',
    ],
    [
      "no from",
      { a: 1 },
      { op: "copy", path: "/b" },
      'expected "from" to be a JSON Pointer, got nothing',
    ],
    [
      "an unknown operation",
      {},
      { op: "merge", path: "" },
      'expected "op" to be add, remove, replace, move, copy or test',
    ],
    ["what is no object", {}, "add", "expected an object, got text"],
    [
      "a prototype's member",
      {},
      { op: "remove", path: "/constructor" },
      'there is nothing at "/constructor"',
    ],
  ] as const)("%s is refused", (_, document, operation, reason) => {
    expect(patch(document, operation)).toEqual(failure(reason));
  });
});

test("one operation that cannot be done undoes all", () => {
  const operations = [
    { op: "replace", path: "/a", value: 2 },
    { op: "test", path: "/a", value: 1 },
  ];
  expect(patch({ a: 1 }, ...operations)).toEqual(failure('test failed: "/a" has another value', 1));
});

test("a patch is a list, and not too long a one", () => {
  expect(applyJsonPatch({}, { op: "add" })).toEqual({
    ok: false,
    reason: "expected a list of operations, got a mapping",
  });
  const long = Array.from({ length: 10_001 }, () => ({ op: "test", path: "", value: {} }));
  expect(applyJsonPatch({}, long)).toMatchObject({ ok: false });
});

test("copies of copies do not grow without end", () => {
  const doubling = Array.from({ length: 60 }, (_, index) => ({
    op: "copy",
    from: "",
    path: `/k${index}`,
  }));
  expect(applyJsonPatch({ a: 1 }, doubling)).toMatchObject({ ok: false });
});

test("no reason repeats a value", () => {
  const tested = applyJsonPatch({ a: "secret1" }, [{ op: "test", path: "/a", value: "secret2" }]);
  expect(JSON.stringify(tested)).not.toContain("secret");
});

test("any patch on any document ends with a value or a reason", () => {
  const pointer = fc.oneof(
    fc.constantFrom("", "/a", "/a/0", "/a/-", "/b/c", "/-", "/~0"),
    fc.string(),
  );
  const operation = fc.record({
    op: fc.constantFrom("add", "remove", "replace", "move", "copy", "test"),
    path: pointer,
    from: pointer,
    value: fc.jsonValue(),
  });
  fc.assert(
    fc.property(fc.jsonValue(), fc.array(operation, { maxLength: 8 }), (document, operations) => {
      expect(typeof applyJsonPatch(document, operations).ok).toBe("boolean");
    }),
  );
});
