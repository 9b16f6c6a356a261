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
 * object names the members that count, as in `toMatchObject`.
 */
export type Mode = "equal" | "subset";

/** The comparison of `toEqual` and `toMatchObject`: by content, not by class. */
export function equals(actual: unknown, expected: unknown, mode: Mode = "equal"): boolean {
  if (isAsymmetric(expected)) {
    return expected.matches(actual);
  }
  if (Object.is(actual, expected)) {
    return true;
  }
  if (!isObject(actual) || !isObject(expected)) {
    return false;
  }
  // The members of an error may be asked for as those of an object.
  if (tag(actual) !== tag(expected) && (mode === "equal" || Array.isArray(expected))) {
    return false;
  }
  const special = equalsSpecial(actual, expected, mode);
  if (special !== undefined) {
    return special;
  }
  if (Array.isArray(actual) && Array.isArray(expected)) {
    return (
      actual.length === expected.length &&
      expected.every((value, index) => equals(actual[index], value, mode))
    );
  }
  const keys = members(expected);
  if (mode === "equal" && members(actual).some((key) => !keys.includes(key))) {
    return false;
  }
  return keys.every((key) => equals(Reflect.get(actual, key), Reflect.get(expected, key), mode));
}

/** Of objects whose content is not their members; undefined for all others. */
function equalsSpecial(actual: object, expected: object, mode: Mode): boolean | undefined {
  if (actual instanceof Error && expected instanceof Error) {
    return actual.name === expected.name && actual.message === expected.message;
  }
  if (actual instanceof Date && expected instanceof Date) {
    return Object.is(actual.getTime(), expected.getTime());
  }
  if (actual instanceof RegExp && expected instanceof RegExp) {
    return String(actual) === String(expected);
  }
  if (ArrayBuffer.isView(actual) && ArrayBuffer.isView(expected)) {
    return bytesOf(actual).equals(bytesOf(expected));
  }
  if (actual instanceof Map && expected instanceof Map) {
    return (
      actual.size === expected.size &&
      [...expected].every(([key, value]) => actual.has(key) && equals(actual.get(key), value, mode))
    );
  }
  if (actual instanceof Set && expected instanceof Set) {
    return (
      actual.size === expected.size &&
      [...expected].every((value) => [...actual].some((other) => equals(other, value, mode)))
    );
  }
  return undefined;
}

function bytesOf(view: ArrayBufferView): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}

function members(value: object): PropertyKey[] {
  return Reflect.ownKeys(value).filter(
    (key) =>
      Object.getOwnPropertyDescriptor(value, key)?.enumerable === true &&
      Reflect.get(value, key) !== undefined,
  );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function tag(value: object): string {
  return Object.prototype.toString.call(value);
}
