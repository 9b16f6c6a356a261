import { isDeepStrictEqual } from "node:util";
import { textOf } from "../text/text-of.ts";
import { type JinjaValue, toValue } from "./jinja-library.ts";

const DEPTH_MAX = 100;

/** The plain value. Throws for a function, and for what is nested too deeply. */
export function toPlain(value: JinjaValue, depth = 0): unknown {
  const raw: unknown = value.value;
  if (depth > DEPTH_MAX) {
    throw new RangeError("a value is nested too deeply");
  }
  if (raw instanceof Map) {
    const entries = [...(raw as Map<string, JinjaValue>)];
    return Object.fromEntries(entries.map(([key, item]) => [key, toPlain(item, depth + 1)]));
  }
  if (Array.isArray(raw)) {
    return (raw as readonly JinjaValue[]).map((item) => toPlain(item, depth + 1));
  }
  if (typeof raw === "function") {
    throw new TypeError("a function has no value: call it with ()");
  }
  return raw;
}

/** As Python prints it: 10/2 is 5.0 there. */
export function textOfValue(value: JinjaValue): string {
  const isWholeFloat = value.type === "FloatValue" && Number.isInteger(value.value);
  return isWholeFloat ? value.toString() : textOf(toPlain(value));
}

/** Whether it stands for a name without a value. */
export function isUndefined(value: JinjaValue): boolean {
  return value.type === "UndefinedValue";
}

/** As Python's "==": by value, and true is 1. */
export function isEqual(left: JinjaValue, right: JinjaValue): boolean {
  if (isUndefined(left) || isUndefined(right)) {
    return isUndefined(left) && isUndefined(right);
  }
  const [a, b] = [toPlain(left), toPlain(right)].map((plain) =>
    typeof plain === "boolean" ? Number(plain) : plain,
  );
  return isDeepStrictEqual(a, b);
}

/** Length of a text; 0 for anything else. */
export function textLength(value: JinjaValue): number {
  return typeof value.value === "string" ? value.value.length : 0;
}

/** Python's loops go through characters and through nothing at all as well. */
export function toIterable(value: JinjaValue): JinjaValue {
  if (isUndefined(value)) {
    return toValue([]);
  }
  return typeof value.value === "string" ? toValue([...value.value]) : value;
}
