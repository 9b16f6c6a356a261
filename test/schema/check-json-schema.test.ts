import { expect, test } from "bun:test";
import fc from "fast-check";
import { checkJsonSchema } from "../../src/schema/check-json-schema.ts";
import { readJsonSchema } from "../../src/schema/read-json-schema.ts";

function check(node: unknown, value: unknown, rest: Readonly<Record<string, unknown>> = {}) {
  const read = readJsonSchema(JSON.stringify({ properties: { a: node }, ...rest }));
  if (!read.ok) {
    throw new Error(read.fault);
  }
  return checkJsonSchema(read.schema, "a", value).map(
    ({ path, message, isUnknownKey }) => `${path.join(".")}${isUnknownKey ? " ?" : ":"} ${message}`,
  );
}

test("a value that fits has nothing to be said of", () => {
  const port = { $defs: { port: { type: "integer", minimum: 1 } }, required: ["b"] };
  expect(check({ $ref: "#/$defs/port" }, 5, port)).toEqual([]);
  expect(check({ type: ["object", "null"] }, null)).toEqual([]);
  expect(check(true, "anything")).toEqual([]);
});

test("what does not fit is told by its place, and never by its value", () => {
  const node = {
    type: "object",
    required: ["name"],
    additionalProperties: false,
    properties: {
      name: { type: "string", pattern: "^[a-z]+$" },
      "x/y~z": { type: "integer" },
      list: { type: "array", items: { enum: [1, 2] } },
      either: { oneOf: [{ type: "string" }, { type: "integer" }] },
    },
  };
  const value = { "x/y~z": "Secret-0815", list: [1, "Secret-0815"], either: true, other: 1 };
  const found = check(node, value);
  expect(found.sort()).toEqual([
    "a.either: must be string, must be integer, must match exactly one schema in oneOf",
    "a.list.1: must be equal to one of the allowed values",
    "a.other ? is not a known key",
    "a.x/y~z: must be integer",
    "a: must have required properties name",
  ]);
});

test("no value makes it fail", () => {
  const node = {
    type: "object",
    patternProperties: { "^a": { type: "string" } },
    additionalProperties: { type: "array", items: { type: "integer", minimum: 3 } },
  };
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true }), (value) => {
      expect(Array.isArray(check(node, value))).toBe(true);
    }),
  );
});
