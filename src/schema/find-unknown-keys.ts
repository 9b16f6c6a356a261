import { isNode, type SchemaNode } from "./schema-node.ts";

/** A key that a schema does not name, and the ones that it names there. */
export interface UnknownKey {
  readonly path: readonly (string | number)[];
  readonly knownKeys: readonly string[];
}

const UNKNOWN_COUNT_MAX = 1_000;

/**
 * The keys of a value that its schema does not name, at any depth; where the schema names none, any
 * is fine. With `additionalProperties: true` a "-" may stand for "_". `path` is that of the value.
 */
export function findUnknownKeys(
  node: SchemaNode,
  value: unknown,
  path: readonly (string | number)[],
): readonly UnknownKey[] {
  const found: UnknownKey[] = [];
  walk(node, value, [...path], found);
  return found;
}

function walk(
  node: SchemaNode,
  value: unknown,
  path: (string | number)[],
  found: UnknownKey[],
): void {
  if (typeof value !== "object" || value === null || found.length >= UNKNOWN_COUNT_MAX) {
    return;
  }
  if (node.anyOf !== undefined) {
    walkVariants(node.anyOf, value, path, found);
  } else if (Array.isArray(value)) {
    if (isNode(node.items)) {
      for (const [index, item] of value.entries()) {
        path.push(index);
        walk(node.items, item, path, found);
        path.pop();
      }
    }
  } else if (node.type === "object" && !(value instanceof Uint8Array)) {
    walkMapping(node, value as Readonly<Record<string, unknown>>, path, found);
  }
}

/** Of the variants that this could be, the one that knows most of its keys. */
function walkVariants(
  variants: readonly SchemaNode[],
  value: object,
  path: (string | number)[],
  found: UnknownKey[],
): void {
  const wanted = Array.isArray(value) ? "array" : "object";
  let best: readonly UnknownKey[] | undefined;
  for (const variant of variants) {
    if (variant.type === wanted) {
      const trial: UnknownKey[] = [];
      walk(variant, value, path, trial);
      if (best === undefined || trial.length < best.length) {
        best = trial;
      }
    }
  }
  found.push(...(best ?? []));
}

function walkMapping(
  node: SchemaNode,
  mapping: Readonly<Record<string, unknown>>,
  path: (string | number)[],
  found: UnknownKey[],
): void {
  const properties = node.properties ?? {};
  const knownKeys = Object.keys(properties);
  const patterns = Object.entries(node.patternProperties ?? {});
  const others = isNode(node.additionalProperties) ? node.additionalProperties : undefined;
  for (const key of Object.keys(mapping)) {
    const name =
      node.additionalProperties === true && !Object.hasOwn(properties, key)
        ? key.replaceAll("-", "_")
        : key;
    const child = Object.hasOwn(properties, name)
      ? properties[name]
      : (patterns.find(([pattern]) => new RegExp(pattern, "su").test(key))?.[1] ?? others);
    path.push(key);
    if (child !== undefined) {
      walk(child, mapping[key], path, found);
    } else if (knownKeys.length > 0) {
      found.push({ path: [...path], knownKeys });
    }
    path.pop();
  }
}
