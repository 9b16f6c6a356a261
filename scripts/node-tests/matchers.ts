import { equals, isAsymmetric } from "./equality.ts";
import { matchesSnapshot } from "./snapshots.ts";

/** Whether a value is as expected. `isRejection`: the value is what a promise was rejected with. */
export type Matcher = (
  actual: unknown,
  expected: readonly unknown[],
  isRejection: boolean,
) => boolean;

/** Every matcher that the suite uses. */
export const MATCHERS: Readonly<Record<string, Matcher>> = {
  toBe: (actual, [expected]) => Object.is(actual, expected),
  toBeArray: (actual) => Array.isArray(actual),
  toBeCloseTo: (actual, [expected, digits = 2]) =>
    Math.abs(number(actual) - number(expected)) < 10 ** -number(digits) / 2,
  toBeDefined: (actual) => actual !== undefined,
  toBeFalse: (actual) => actual === false,
  toBeFalsy: (actual) => !actual,
  toBeGreaterThan: (actual, [expected]) => number(actual) > number(expected),
  toBeGreaterThanOrEqual: (actual, [expected]) => number(actual) >= number(expected),
  toBeInstanceOf: (actual, [expected]) =>
    typeof expected === "function" && actual instanceof expected,
  toBeLessThan: (actual, [expected]) => number(actual) < number(expected),
  toBeLessThanOrEqual: (actual, [expected]) => number(actual) <= number(expected),
  toBeNull: (actual) => actual === null,
  toBeString: (actual) => typeof actual === "string",
  toBeTrue: (actual) => actual === true,
  toBeTruthy: (actual) => Boolean(actual),
  toBeUndefined: (actual) => actual === undefined,
  toContain: (actual, [expected]) =>
    typeof actual === "string"
      ? actual.includes(String(expected))
      : items(actual).includes(expected),
  toContainEqual: (actual, [expected]) => items(actual).some((item) => equals(item, expected)),
  toEndWith: (actual, [expected]) => String(actual).endsWith(String(expected)),
  toEqual: (actual, [expected]) => equals(actual, expected),
  toHaveLength: (actual, [expected]) => Reflect.get(Object(actual), "length") === expected,
  toHaveProperty: (actual, [path, ...value]) => hasProperty(actual, path, value),
  toMatch: (actual, [pattern]) =>
    pattern instanceof RegExp
      ? new RegExp(pattern.source, pattern.flags.replace(/[gy]/gu, "")).test(String(actual))
      : String(actual).includes(String(pattern)),
  toMatchObject: (actual, [expected]) => equals(actual, expected, "subset"),
  toMatchSnapshot: (actual) => matchesSnapshot(actual),
  toStartWith: (actual, [expected]) => String(actual).startsWith(String(expected)),
  toThrow: (actual, [expected], isRejection) => {
    const thrown = isRejection ? { error: actual } : thrownBy(actual);
    return thrown !== undefined && isExpectedError(thrown.error, expected);
  },
};

function number(value: unknown): number {
  if (typeof value === "bigint") {
    return Number(value);
  }
  if (typeof value !== "number") {
    throw new TypeError(`Cannot compare ${String(value)}: expected a number`);
  }
  return value;
}

function items(value: unknown): unknown[] {
  if (typeof value === "object" && value !== null && Symbol.iterator in value) {
    return Array.from(value as Iterable<unknown>);
  }
  throw new TypeError(`Cannot look into ${String(value)}: expected a text or a list`);
}

function hasProperty(actual: unknown, path: unknown, value: readonly unknown[]): boolean {
  const keys: readonly unknown[] = Array.isArray(path) ? path : String(path).split(".");
  let current = actual;
  for (const key of keys) {
    if (typeof current !== "object" || current === null || !(String(key) in current)) {
      return false;
    }
    current = Reflect.get(current, String(key));
  }
  return value.length === 0 || equals(current, value[0]);
}

function thrownBy(action: unknown): { readonly error: unknown } | undefined {
  if (typeof action !== "function") {
    throw new TypeError("expect(received).toThrow: received is no function");
  }
  try {
    action();
    return undefined;
  } catch (error) {
    return { error };
  }
}

function isExpectedError(error: unknown, expected: unknown): boolean {
  const message = error instanceof Error ? error.message : String(error);
  if (expected === undefined) {
    return true;
  }
  if (typeof expected === "string") {
    return message.includes(expected);
  }
  if (expected instanceof RegExp) {
    return expected.test(message);
  }
  if (isAsymmetric(expected)) {
    return expected.matches(error);
  }
  if (typeof expected === "function") {
    return error instanceof expected;
  }
  return expected instanceof Error && message === expected.message;
}
