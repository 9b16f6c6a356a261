import { Check } from "typebox/value";
import type { TSchema } from "typebox";

/** The JSON Schema keywords that `parseConfig` walks by; TypeBox's types do not name them. */
export interface SchemaNode {
  readonly type?: string;
  readonly anyOf?: readonly SchemaNode[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: SchemaNode | readonly SchemaNode[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly required?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  /** Ours: a single value stands for a list of one. */
  readonly [SINGLE]?: boolean;
  /** Ours: what a message says is expected, where the keywords say it badly. */
  readonly [EXPECTED]?: string;
}

/** Option of a list's schema: `Type.Array(items, { [SINGLE]: true })` also takes one item without a list. */
export const SINGLE = "x-single";
/** Option of any schema: `Type.String({ pattern, [EXPECTED]: "a date such as 2026-01-31" })`. */
export const EXPECTED = "x-expected";

/** The node behind a TypeBox schema. */
export function nodeOf(schema: TSchema): SchemaNode {
  return schema;
}

/** Whether a node takes null as a value of its own, not as "absent". */
export function acceptsNull(node: SchemaNode): boolean {
  if (node.anyOf !== undefined) {
    return node.anyOf.some(acceptsNull);
  }
  return node.type === "null" || (node.type === undefined && meetsConstraints(node, null));
}

/** Whether a value of the right type meets the rest of its schema: pattern, length, range, refinement. */
export function meetsConstraints(node: SchemaNode, value: unknown): boolean {
  return !hasConstraints(node) || Check(node as TSchema, value);
}

/** What a node expects, in words: "text", "a list of text or a number". */
export function describeExpected(node: SchemaNode): string {
  const given = node[EXPECTED];
  if (given !== undefined) {
    return given;
  }
  if (node.anyOf !== undefined) {
    const words = node.anyOf.filter((variant) => variant.type !== "null").map(describeExpected);
    return [...new Set(words)].join(" or ");
  }
  if (Object.hasOwn(node, "const")) {
    return JSON.stringify(node.const);
  }
  if (node.enum !== undefined) {
    return `one of ${node.enum.map((item) => JSON.stringify(item)).join(", ")}`;
  }
  return describeType(node);
}

function describeType(node: SchemaNode): string {
  switch (node.type) {
    case "string":
      if (node.pattern !== undefined) {
        return `text of the form ${node.pattern}`;
      }
      return node.minLength === undefined || node.minLength === 0
        ? "text"
        : "text that is not empty";
    case "boolean":
      return "true or false";
    case "integer":
      return `a whole number${describeRange(node)}`;
    case "number":
      return `a number${describeRange(node)}`;
    case "null":
      return "nothing";
    case "array":
      return describeList(node);
    case "object":
      return "a mapping";
    default:
      return "another value";
  }
}

function describeList(node: SchemaNode): string {
  if (!isNode(node.items)) {
    return "a list";
  }
  const item = describeExpected(node.items);
  const list =
    node.items.type === "object"
      ? "a list of mappings"
      : item.includes(" or ")
        ? `a list whose items are ${item}`
        : `a list of ${item}`;
  return node[SINGLE] === true ? `${item} or ${list}` : list;
}

function describeRange({ minimum, maximum }: SchemaNode): string {
  if (minimum !== undefined && maximum !== undefined) {
    return ` from ${minimum} to ${maximum}`;
  }
  if (minimum !== undefined) {
    return ` not below ${minimum}`;
  }
  return maximum === undefined ? "" : ` not above ${maximum}`;
}

/** Whether `items` or `additionalProperties` is one schema. */
export function isNode(
  value: SchemaNode | readonly SchemaNode[] | boolean | undefined,
): value is SchemaNode {
  return typeof value === "object" && !Array.isArray(value);
}

/** Keywords that the walk itself looks after, and those that say nothing about values. */
const WALKED: ReadonlySet<string> = new Set([
  "type",
  "items",
  "properties",
  "patternProperties",
  "additionalProperties",
  "required",
  "title",
  "description",
  "default",
  "examples",
  "deprecated",
  "$id",
  "$comment",
  SINGLE,
  EXPECTED,
]);

const constrained = new WeakMap<SchemaNode, boolean>();

function hasConstraints(node: SchemaNode): boolean {
  let known = constrained.get(node);
  if (known === undefined) {
    known =
      Object.keys(node).some((key) => !WALKED.has(key)) ||
      // TypeBox keeps refinements out of sight of JSON.
      Object.hasOwn(node, "~refine") ||
      Array.isArray(node.items);
    constrained.set(node, known);
  }
  return known;
}
