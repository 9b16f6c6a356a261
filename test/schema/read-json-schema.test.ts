import { expect, test } from "bun:test";
import fc from "fast-check";
import { readJsonSchema } from "../../src/schema/read-json-schema.ts";

const fault = (schema: unknown): string | undefined => {
  const read = readJsonSchema(JSON.stringify(schema));
  return read.ok ? undefined : read.fault;
};
const inKey = (node: unknown): string | undefined => fault({ properties: { a: node } });

test("plain JSON Schema is taken", () => {
  expect(
    fault({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      required: ["a"],
      properties: {
        a: { type: ["object", "null"], additionalProperties: false, "x-of-mine": 1 },
        b: { oneOf: [{ $ref: "#/$defs/port" }, { type: "array", items: { type: "string" } }] },
        c: { type: "string", pattern: "^[a-z]+$", format: "hostname" },
        d: JSON.parse('{"if": {"const": 1}, "then": true, "else": {"not": {"enum": [2]}}}'),
      },
      $defs: { port: { type: "integer", minimum: 1, maximum: 65_535 } },
    }),
  ).toBeUndefined();
});

test.each([
  ["nothing", '"properties"'],
  [{ type: "array", items: {} }, '"properties"'],
  [{ properties: [] }, '"properties"'],
  [null, '"properties"'],
])("%p is no schema for keys", (schema, part) => {
  expect(fault(schema)).toContain(part);
});

test.each([
  [5, "#/properties/a: expected a schema, got a number"],
  [
    { type: "strin" },
    "#/properties/a/type: expected one of array, boolean, integer, null, number, object, string",
  ],
  [{ pattern: "(" }, '#/properties/a/pattern: "(" is no regular expression'],
  [{ patternProperties: { "[": true } }, "#/properties/a/patternProperties"],
  [{ $ref: "https://example.com/a.json" }, '#/properties/a/$ref: expected "#/$defs/NAME"'],
  [{ $ref: "#" }, '#/properties/a/$ref: expected "#/$defs/NAME"'],
  [{ minimum: "3" }, "#/properties/a/minimum: expected a number, got text"],
  [{ anyOf: {} }, "#/properties/a/anyOf: expected a list of schemas, got a mapping"],
  [{ anyOf: [] }, "#/properties/a/anyOf: expected a list of schemas"],
  [{ enum: 3 }, "#/properties/a/enum: expected a list, got a number"],
  [{ required: [1] }, "#/properties/a/required: expected a list of names"],
  [{ uniqueItems: 1 }, "#/properties/a/uniqueItems: expected true or false"],
  [{ minLenght: 3 }, '#/properties/a: the keyword "minLenght" is not supported'],
  [{ items: [{ type: 1 }] }, "#/properties/a/items/0/type: expected one of"],
])("%p is refused with its place", (node, message) => {
  expect(inKey(node)).toStartWith(message);
});

test("what is no JSON, or nested without end, is refused", () => {
  expect(readJsonSchema("{")).toMatchObject({ ok: false });
  let node: unknown = {};
  for (let depth = 0; depth < 100; depth += 1) {
    node = { items: node };
  }
  expect(inKey(node)).toContain("too large");
});

test("any text is answered", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(typeof readJsonSchema(text).ok).toBe("boolean");
      expect(typeof readJsonSchema(`{"properties": {"a": ${text}}}`).ok).toBe("boolean");
    }),
  );
});
