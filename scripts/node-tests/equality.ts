import { isBoxedPrimitive, isStringObject } from "node:util/types";

/** `expect.any…`: decides itself what is equal to it. */
export interface Asymmetric {
  readonly isAsymmetric: true;
  readonly matches: (value: unknown) => boolean;
}

/** True for what `expect.stringContaining` and its like give. */
export function isAsymmetric(value: unknown): value is Asymmetric {
  return typeof value === "object" && value !== null && "isAsymmetric" in value;
}

/**
 * `equal`: members that are undefined count as absent, as in `toEqual`. `subset`: the expected
 * object names the members that count, those that must be undefined too, as in `toMatchObject`.
 */
type Mode = "equal" | "subset";

/** The comparison of `toMatchObject`. */
export function matchesMembers(actual: unknown, expected: unknown): boolean {
  if (!isObject(actual) || !isObject(expected)) {
    throw new TypeError("Cannot compare members: expected two objects");
  }
  return equals(actual, expected, "subset");
}

/**
 * The comparison of `toEqual`: by content, not by class. Throws a TypeError of what it cannot look
 * into, and where Bun decides against sense: then neither an assertion nor its opposite holds, and
 * no test passes here that Bun refuses.
 */
export function equals(actual: unknown, expected: unknown, mode: Mode = "equal"): boolean {
  if (isAsymmetric(expected)) {
    return expected.matches(actual);
  }
  if (isAsymmetric(actual)) {
    return actual.matches(expected);
  }
  if (Object.is(actual, expected)) {
    return true;
  }
  if ([actual, expected].some((side) => typeof side === "function")) {
    throw new TypeError("Cannot compare a function: compare what it gives");
  }
  if (!isObject(actual) || !isObject(expected)) {
    return false;
  }
  return mode === "subset" ? isPart(actual, expected) : isSame(actual, expected);
}

/**
 * Bun's `toMatchObject` looks at nothing in an expected function, Date, Map, Set, RegExp or Error,
 * and at the first bytes only where fewer are expected.
 */
function isPart(actual: object, expected: object): boolean {
  if (kindOf(expected) === "Object") {
    return equalsInMembers(actual, expected, "subset");
  }
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      Reflect.ownKeys(actual).length === Reflect.ownKeys(expected).length &&
      equalsInOrder(actual, expected, "subset")
    );
  }
  if (
    expected instanceof Uint8Array &&
    actual instanceof expected.constructor &&
    Reflect.get(actual, "length") === expected.length
  ) {
    return isSame(actual, expected);
  }
  throw new TypeError(`Cannot compare ${kindOf(expected)} as a part: expected toEqual`);
}

function isSame(actual: object, expected: object): boolean {
  const kind = kindOf(expected);
  if (kindOf(actual) !== kind) {
    assertKnown(actual);
    assertKnown(expected);
    return false;
  }
  if (Array.isArray(actual) && Array.isArray(expected)) {
    return equalsInOrder(actual, expected, "equal");
  }
  if (actual instanceof Error && expected instanceof Error) {
    return equalsAsError(actual, expected);
  }
  if (actual instanceof Map && expected instanceof Map) {
    assertEachOnce(actual.keys(), expected.keys());
    return equalsInAnyOrder([...actual], [...expected]);
  }
  if (actual instanceof Set && expected instanceof Set) {
    assertEachOnce(actual, expected);
    return equalsInAnyOrder([...actual], [...expected]);
  }
  if (actual instanceof Uint8Array && expected instanceof Uint8Array) {
    return Buffer.compare(actual, expected) === 0;
  }
  return kind === "Object"
    ? equalsInMembers(actual, expected, "equal")
    : equalsInOrder(contentOf(actual), contentOf(expected), "equal");
}

/** What is undefined at the end of a list counts as absent, and so does a hole. */
function equalsInOrder(
  actual: readonly unknown[],
  expected: readonly unknown[],
  mode: Mode,
): boolean {
  for (let index = 0; index < Math.max(actual.length, expected.length); index += 1) {
    if (!equals(actual[index], expected[index], mode)) {
      return false;
    }
  }
  return true;
}

function equalsInAnyOrder(actual: readonly unknown[], expected: readonly unknown[]): boolean {
  return (
    actual.length === expected.length &&
    expected.every((entry) => actual.some((other) => equals(other, entry)))
  );
}

/** With two entries alike Bun's answer depends on which side has them. */
function assertEachOnce(...sides: readonly Iterable<unknown>[]): void {
  for (const side of sides) {
    const entries = [...side].filter(isObject);
    if (entries.some((one, at) => entries.slice(at + 1).some((other) => equals(one, other)))) {
      throw new TypeError("Cannot compare a Map or Set in which two entries are alike");
    }
  }
}

function equalsAsError(actual: Error, expected: Error): boolean {
  if (actual instanceof AggregateError) {
    throw new TypeError("Cannot compare an AggregateError: compare what counts in it");
  }
  return (
    actual.name === expected.name &&
    actual.message === expected.message &&
    equals(actual.cause, expected.cause) &&
    equalsInMembers(actual, expected, "equal")
  );
}

function equalsInMembers(actual: object, expected: object, mode: Mode): boolean {
  const keys = membersOf(expected);
  if (keys.length === 0 && !isPlain(expected) && !(expected instanceof Error)) {
    throw new TypeError("Cannot compare an object of a class that shows no members");
  }
  return mode === "subset"
    ? keys.every(
        (key) =>
          key in actual && equals(Reflect.get(actual, key), Reflect.get(expected, key), mode),
      )
    : [...new Set([...membersOf(actual), ...keys])].every((key) =>
        equals(
          isMember(actual, key) ? Reflect.get(actual, key) : undefined,
          Object.hasOwn(expected, key) ? Reflect.get(expected, key) : undefined,
        ),
      );
}

/** The names of a value's own members that are enumerable. */
export function membersOf(value: object): PropertyKey[] {
  return Reflect.ownKeys(value).filter((key) => isMember(value, key));
}

function isMember(value: object, key: PropertyKey): boolean {
  return Object.prototype.propertyIsEnumerable.call(value, key);
}

/** True for objects of no class. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** What says all about an object whose content is not its members. */
function contentOf(value: object): unknown[] {
  if (value instanceof Date) {
    return [numberAlike(value.getTime())];
  }
  if (value instanceof RegExp || isStringObject(value)) {
    return [String(value)];
  }
  if (value instanceof ArrayBuffer) {
    return Array.from(new Uint8Array(value));
  }
  if (ArrayBuffer.isView(value) && Symbol.iterator in value) {
    return Array.from(value as Iterable<unknown>, numberAlike);
  }
  if (isBoxedPrimitive(value)) {
    return [value.valueOf(), Object.fromEntries(Object.entries(value))];
  }
  throw new TypeError(`Cannot look into ${kindOf(value)}: compare what counts in it`);
}

/** Here -0 is 0, and what is no number is like nothing. */
function numberAlike(value: unknown): unknown {
  return Number.isNaN(value) ? Symbol("NaN") : value === 0 ? 0 : value;
}

/** Bun takes the kinds that show no content for equal to any object without members. */
function assertKnown(value: object): void {
  if (!/^(?:Object|Array|Error|Map|Set)$/u.test(kindOf(value))) {
    contentOf(value);
  }
}

/** True for all that has members, but for functions. */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function kindOf(value: object): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}
