import { isFalse, isTrue, parseBoolean } from "../text/boolean-option.ts";
import { parseInteger } from "../text/integer-option.ts";
import { textOf } from "../text/text-of.ts";
import type { SchemaNode } from "./schema-node.ts";

/**
 * The value that cloud-init's helpers would make of `value` where this type is wanted (compat
 * config.md §9.4): the text of numbers and booleans, the boolean that a word says, the number that
 * a text is. Undefined where there is none: lists and mappings have no text that anyone wants.
 */
export function coerceScalar(node: SchemaNode, value: unknown): unknown {
  if (Object.hasOwn(node, "const")) {
    return coerceToOneOf([node.const], value);
  }
  if (node.enum !== undefined) {
    return coerceToOneOf(node.enum, value);
  }
  switch (node.type) {
    case "string":
      return coerceToText(value);
    case "boolean":
      return parseBoolean(value);
    case "integer":
      return typeof value === "string" ? parseInteger(value) : undefined;
    case "number":
      return typeof value === "string" && /^\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)\s*$/u.test(value)
        ? Number(value)
        : undefined;
    default:
      return undefined;
  }
}

function coerceToText(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") {
    return textOf(value);
  }
  if (value instanceof Uint8Array) {
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(value);
    } catch (error) {
      if (error instanceof TypeError) {
        return undefined;
      }
      throw error;
    }
  }
  return undefined;
}

/** One of some fixed values. YAML makes booleans of the words `on` and `off`: they are turned back. */
function coerceToOneOf(wanted: readonly unknown[], value: unknown): unknown {
  if (typeof value === "boolean") {
    return wanted.find(
      (item) => typeof item === "string" && (value ? isTrue(item) : isFalse(item)),
    );
  }
  if (typeof value === "number") {
    return wanted.find((item) => item === textOf(value));
  }
  if (typeof value === "string") {
    return wanted.find(
      (item) =>
        (typeof item === "boolean" && item === parseBoolean(value)) ||
        (typeof item === "number" && item === parseInteger(value)),
    );
  }
  return undefined;
}
