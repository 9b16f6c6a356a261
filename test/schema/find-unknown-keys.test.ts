import { expect, test } from "bun:test";
import { Type } from "typebox";
import { findUnknownKeys } from "../../src/schema/find-unknown-keys.ts";
import { nodeOf } from "../../src/schema/schema-node.ts";

const entry = Type.Object({ path: Type.String(), owner: Type.Optional(Type.String()) });
const schema = Type.Object({
  name: Type.String(),
  entries: Type.Array(entry),
  either: Type.Union([Type.String(), entry, Type.Object({ name: Type.String() })]),
  open: Type.Record(Type.String(), entry),
  dashed: Type.Object({ no_dash: Type.Boolean() }, { additionalProperties: true }),
  free: Type.Object({}),
});

function unknownIn(value: unknown): readonly string[] {
  return findUnknownKeys(nodeOf(schema), value, []).map(({ path }) => path.join("."));
}

test("keys that are named nowhere are found at every depth", () => {
  expect(
    unknownIn({
      nam: "x",
      entries: [{ path: "/x" }, { pth: "/x", owner: "y" }],
      open: { anything: { path: "/x", mode: 1 } },
    }),
  ).toEqual(["nam", "entries.1.pth", "open.anything.mode"]);
});

test("of several mappings that a value may be, the nearest one counts", () => {
  expect(unknownIn({ either: { name: "x" } })).toEqual([]);
  expect(unknownIn({ either: { path: "x", ownr: "y" } })).toEqual(["either.ownr"]);
});

test("a dash stands for an underscore where more keys are allowed", () => {
  expect(unknownIn({ dashed: { "no-dash": true, other: 1 } })).toEqual(["dashed.other"]);
});

test("a mapping without named keys takes any, and other types are not looked into", () => {
  expect(unknownIn({ free: { a: 1 }, entries: "x", either: null, name: Uint8Array.of(1) })).toEqual(
    [],
  );
  expect(findUnknownKeys(nodeOf(schema), "text", [])).toEqual([]);
});
