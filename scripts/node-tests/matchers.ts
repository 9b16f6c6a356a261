import { isPromise, isStringObject } from "node:util/types";
import { equals, isAsymmetric, matchesMembers, isObject } from "./equality.ts";
import { matchesSnapshot } from "./snapshots.ts";

/** Whether a value is as expected. `isRejection`: the value is what a promise was rejected with. */
export type Matcher = (
  actual: unknown,
  expected: readonly unknown[],
  isRejection: boolean,
) => boolean;

/** The matchers that may be asked without a value to compare with. */
export const MATCHERS_OF_ONE: Readonly<Record<string, Matcher>> = {
  toBeArray: (actual) => Array.isArray(actual),
  toBeDefined: (actual) => actual !== undefined,
  toBeFalse: (actual) => actual === false,
  toBeFalsy: (actual) => !actual,
  toBeNull: (actual) => actual === null,
  toBeString: (actual) => typeof actual === "string" || isStringObject(actual),
  toBeTrue: (actual) => actual === true,
  toBeTruthy: (actual) => Boolean(actual),
  toBeUndefined: (actual) => actual === undefined,
  toMatchSnapshot: (actual) => matchesSnapshot(actual),
  toThrow: (actual, [expected], isRejection) => {
    const thrown = isRejection ? { error: actual } : thrownBy(actual);
    return thrown !== undefined && isExpectedError(thrown.error, expected);
  },
};

/** Every other matcher that the suite uses. */
export const MATCHERS_OF_TWO: Readonly<Record<string, Matcher>> = {
  toBe: (actual, [expected]) => Object.is(actual, expected),
  toBeCloseTo: (actual, [expected, digits = 2]) => {
    const distance = Math.abs(number(actual) - number(expected));
    return Number.isFinite(number(actual)) && distance < 10 ** -number(digits) / 2;
  },
  toBeGreaterThan: (actual, [expected]) => numeric(actual) > numeric(expected),
  toBeGreaterThanOrEqual: (actual, [expected]) => numeric(actual) >= numeric(expected),
  toBeInstanceOf: (actual, [expected]) => {
    if (typeof expected !== "function" || expected.prototype === undefined) {
      throw new TypeError("Cannot look for an instance: expected a class");
    }
    return Boolean(Function.prototype[Symbol.hasInstance].call(expected, actual));
  },
  toBeLessThan: (actual, [expected]) => numeric(actual) < numeric(expected),
  toBeLessThanOrEqual: (actual, [expected]) => numeric(actual) <= numeric(expected),
  toContain: (actual, [expected]) =>
    typeof actual === "string"
      ? actual.includes(text(expected))
      : items(actual).some((item) => item === expected),
  toContainEqual: (actual, [expected]) => items(actual).some((item) => equals(item, expected)),
  toEndWith: (actual, [expected]) => text(actual).endsWith(text(expected)),
  toEqual: (actual, [expected]) => equals(actual, expected),
  toHaveLength: (actual, [expected]) => {
    const length: unknown = Reflect.get(Object(actual), "length");
    if (typeof length !== "number" || !Number.isInteger(expected) || number(expected) < 0) {
      throw new TypeError("Cannot compare a length: expected a whole number, and of a list");
    }
    return length === expected;
  },
  toHaveProperty: (actual, [path, ...value]) => hasProperty(actual, path, value),
  toMatch: (actual, [pattern]) => matchesText(text(actual), pattern),
  toMatchObject: (actual, [expected]) => matchesMembers(actual, expected),
  toSatisfy: (actual, [predicate]) => {
    if (typeof predicate !== "function") {
      throw new TypeError("Cannot ask this whether it is satisfied: expected a function");
    }
    return predicate(actual) === true;
  },
  toStartWith: (actual, [expected]) => text(actual).startsWith(text(expected)),
};

/** As `toMatch` and `stringMatching`; a pattern with a state ("g", "y") goes on from it, as in Bun. */
export function matchesText(actual: string, pattern: unknown): boolean {
  return pattern instanceof RegExp ? pattern.test(actual) : actual.includes(text(pattern));
}

/** The value itself, that has to be a text. */
export function text(value: unknown): string {
  if (typeof value !== "string") {
    throw new TypeError(`Cannot compare a ${typeof value}: expected a text`);
  }
  return value;
}

function number(value: unknown): number {
  if (typeof value !== "number") {
    throw new TypeError(`Cannot compare a ${typeof value}: expected a number`);
  }
  return value;
}

function numeric(value: unknown): bigint | number {
  return typeof value === "bigint" ? value : number(value);
}

function items(value: unknown): unknown[] {
  if (isObject(value) && Symbol.iterator in value && !isStringObject(value)) {
    return Array.from(value as Iterable<unknown>);
  }
  throw new TypeError(`Cannot look into a ${typeof value}: expected a text or a list`);
}

/** A path is a text of names between dots, or a list of names. */
function hasProperty(actual: unknown, path: unknown, value: readonly unknown[]): boolean {
  const keys: readonly unknown[] = Array.isArray(path) ? path : text(path).split(".");
  if (keys.length === 0) {
    throw new TypeError("Cannot look for a property without a name");
  }
  let current = actual;
  for (const [depth, key] of keys.entries()) {
    if ((typeof key !== "string" && typeof key !== "number") || /[[\]]/u.test(String(key))) {
      throw new TypeError("Cannot look for a property: expected names between dots");
    }
    if (depth > 0 && (current === undefined || current === null)) {
      throw new TypeError(`Cannot look for "${key}" in ${String(current)}`);
    }
    if (!(key in Object(current))) {
      return false;
    }
    current = Reflect.get(Object(current), key);
  }
  return value.length === 0 || equals(current, value[0]);
}

function thrownBy(action: unknown): { readonly error: unknown } | undefined {
  if (typeof action !== "function") {
    throw new TypeError("Cannot call what was received: expected a function");
  }
  let result: unknown;
  try {
    result = action();
  } catch (error) {
    return { error };
  }
  if (isPromise(result)) {
    result.catch(() => {});
    throw new TypeError("Cannot wait for an asynchronous function: expected rejects or resolves");
  }
  if (result instanceof Error) {
    throw new TypeError("Cannot say whether an error was thrown that is given back");
  }
  return undefined;
}

function isExpectedError(error: unknown, expected: unknown): boolean {
  if (expected === undefined) {
    return true;
  }
  if (typeof expected === "string" || expected instanceof RegExp) {
    return matchesText(messageOf(error), expected);
  }
  if (isAsymmetric(expected)) {
    return expected.matches(error);
  }
  if (typeof expected === "function") {
    return error instanceof expected;
  }
  if (expected instanceof Error) {
    return messageOf(error) === expected.message;
  }
  throw new TypeError("Cannot compare an error: expected a text, a pattern, a class or an error");
}

function messageOf(error: unknown): string {
  return text(isObject(error) && "message" in error ? error.message : error);
}
