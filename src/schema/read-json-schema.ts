import type { TObject } from "typebox";
import { describeKind } from "../text/describe-kind.ts";
import { isRecord } from "../text/record.ts";

/** A schema that can be checked against, or what is wrong with it. */
export type ReadSchema =
  | { readonly ok: true; readonly schema: TObject }
  | { readonly ok: false; readonly fault: string };

/**
 * Reads a JSON Schema (2020-12, or what of draft 4 to 7 says the same) for the top-level keys of a
 * cloud-config: an object with `properties`. The checker passes over what it does not know, so a
 * wrong or unknown keyword is refused here, with its place. `$ref` may only lead to `$defs` or
 * `definitions` of the same file.
 */
export function readJsonSchema(text: string): ReadSchema {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, fault: `it is not JSON (${String(error).slice(0, FAULT_LENGTH_MAX)})` };
  }
  if (!isObjectSchema(value)) {
    return { ok: false, fault: 'expected an object with the keys of the module in "properties"' };
  }
  const walk: Walk = { root: value, nodeCount: 0 };
  const fault = findNodeFault(walk, value, "#", 0);
  return fault === undefined ? { ok: true, schema: value } : { ok: false, fault };
}

const FAULT_LENGTH_MAX = 200;
const DEPTH_MAX = 50;
const NODES_MAX = 10_000;

interface Walk {
  readonly root: unknown;
  nodeCount: number;
}

type KeywordCheck = (
  walk: Walk,
  value: unknown,
  place: string,
  depth: number,
) => string | undefined;

function isObjectSchema(value: unknown): value is TObject {
  return (
    isRecord(value) &&
    (value["type"] === undefined || value["type"] === "object") &&
    isRecord(value["properties"])
  );
}

function findNodeFault(
  walk: Walk,
  node: unknown,
  place: string,
  depth: number,
): string | undefined {
  if (typeof node === "boolean") {
    return undefined;
  }
  if (!isRecord(node)) {
    return `${place}: expected a schema, got ${describeKind(node)}`;
  }
  walk.nodeCount += 1;
  if (depth > DEPTH_MAX || walk.nodeCount > NODES_MAX) {
    return `${place}: it is too large, at most ${NODES_MAX} schemas nested ${DEPTH_MAX} deep are read`;
  }
  for (const [keyword, value] of Object.entries(node)) {
    const check = keyword.startsWith("x-") ? anything : KEYWORDS.get(keyword);
    const fault =
      check === undefined
        ? `${place}: the keyword ${JSON.stringify(keyword.slice(0, FAULT_LENGTH_MAX))} is not supported`
        : check(walk, value, `${place}/${keyword}`, depth + 1);
    if (fault !== undefined) {
      return fault;
    }
  }
  return undefined;
}

const anything: KeywordCheck = () => undefined;

const schemaMap: KeywordCheck = (walk, value, place, depth) =>
  isRecord(value)
    ? firstFault(Object.entries(value), ([name, node]) =>
        findNodeFault(walk, node, `${place}/${name}`, depth),
      )
    : wrong(place, "a mapping of schemas", value);

const patternMap: KeywordCheck = (walk, value, place, depth) =>
  (isRecord(value)
    ? firstFault(Object.keys(value), (pattern) => patternFault(pattern, place))
    : undefined) ?? schemaMap(walk, value, place, depth);

const schemaList: KeywordCheck = (walk, value, place, depth) =>
  Array.isArray(value) && value.length > 0
    ? firstFault([...value.entries()], ([index, node]) =>
        findNodeFault(walk, node, `${place}/${index}`, depth),
      )
    : wrong(place, "a list of schemas", value);

const items: KeywordCheck = (walk, value, place, depth) =>
  (Array.isArray(value) ? schemaList : findNodeFault)(walk, value, place, depth);

const number: KeywordCheck = (_walk, value, place) =>
  typeof value === "number" ? undefined : wrong(place, "a number", value);

const flag: KeywordCheck = (_walk, value, place) =>
  typeof value === "boolean" ? undefined : wrong(place, "true or false", value);

const names: KeywordCheck = (_walk, value, place) =>
  Array.isArray(value) && value.every((name) => typeof name === "string")
    ? undefined
    : wrong(place, "a list of names", value);

const list: KeywordCheck = (_walk, value, place) =>
  Array.isArray(value) ? undefined : wrong(place, "a list", value);

const pattern: KeywordCheck = (_walk, value, place) =>
  typeof value === "string" ? patternFault(value, place) : wrong(place, "text", value);

const TYPES: readonly unknown[] = [
  "array",
  "boolean",
  "integer",
  "null",
  "number",
  "object",
  "string",
];

const types: KeywordCheck = (_walk, value, place) =>
  (Array.isArray(value) ? value : [value]).every((word) => TYPES.includes(word))
    ? undefined
    : `${place}: expected one of ${TYPES.join(", ")}`;

const reference: KeywordCheck = ({ root }, value, place) => {
  const [, section = "", name = ""] =
    /^#\/(\$defs|definitions)\/([^/~%]+)$/u.exec(typeof value === "string" ? value : "") ?? [];
  const definitions = isRecord(root) ? root[section] : undefined;
  return isRecord(definitions) && Object.hasOwn(definitions, name)
    ? undefined
    : `${place}: expected "#/$defs/NAME" with a NAME that is there`;
};

const KEYWORDS: ReadonlyMap<string, KeywordCheck> = new Map([
  ...each(anything, "$comment $id $schema const default deprecated description"),
  ...each(anything, "examples format readOnly title writeOnly"),
  ...each(findNodeFault, "additionalItems additionalProperties contains else if not"),
  ...each(findNodeFault, "propertyNames then unevaluatedItems unevaluatedProperties"),
  ...each(flag, "uniqueItems"),
  ...each(items, "items"),
  ...each(list, "enum"),
  ...each(names, "required"),
  ...each(number, "exclusiveMaximum exclusiveMinimum maxContains maxItems maxLength maxProperties"),
  ...each(number, "maximum minContains minItems minLength minProperties minimum multipleOf"),
  ...each(pattern, "pattern"),
  ...each(patternMap, "patternProperties"),
  ...each(reference, "$ref"),
  ...each(schemaList, "allOf anyOf oneOf prefixItems"),
  ...each(schemaMap, "$defs definitions dependentSchemas properties"),
  ...each(types, "type"),
]);

function each(check: KeywordCheck, keywords: string): readonly [string, KeywordCheck][] {
  return keywords.split(" ").map((keyword) => [keyword, check]);
}

function patternFault(text: string, place: string): string | undefined {
  try {
    return new RegExp(text, "u") instanceof RegExp ? undefined : place;
  } catch {
    return `${place}: ${JSON.stringify(text.slice(0, FAULT_LENGTH_MAX))} is no regular expression`;
  }
}

function firstFault<T>(
  values: readonly T[],
  check: (value: T) => string | undefined,
): string | undefined {
  for (const value of values) {
    const fault = check(value);
    if (fault !== undefined) {
      return fault;
    }
  }
  return undefined;
}

function wrong(place: string, expected: string, value: unknown): string {
  return `${place}: expected ${expected}, got ${describeKind(value)}`;
}
