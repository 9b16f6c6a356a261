// Each matcher and its opposite on each pair of values, by Bun and by the runner for Node.js: what
// Bun refuses, ours refuses too. It may refuse more: see undecided.test.ts.
import { expect, test } from "bun:test";
import { expect as ours } from "../../scripts/node-tests/expect.ts";

class Sized {
  readonly a = 1;
}
class Hidden {
  readonly #a: number;
  constructor(a: number) {
    this.#a = a;
  }
  get a(): number {
    return this.#a;
  }
}
class List extends Array {}
class OwnError extends Error {}
const SYMBOL = Symbol("s");
const errorWith = (own: object, cause?: unknown): Error =>
  Object.assign(new Error("x", cause === undefined ? {} : { cause }), own);
const holed = (list: unknown[], index: number): unknown[] => {
  delete list[index];
  return list;
};

// Not among them: indices and getters of plain objects, which Bun's toEqual may take for absent.
const PRIMITIVES = () => [
  undefined,
  null,
  0,
  -0,
  1,
  -1,
  2,
  0.5,
  Infinity,
  NaN,
  1n,
  2n,
  true,
  false,
];
const TEXTS = () => ["", "a", "ab", "a.b", "length", "x", "1", SYMBOL];
const OBJECTS = () => [
  {},
  { a: 1 },
  { a: undefined },
  { a: null },
  { a: 1, b: undefined },
  { a: 1, b: 2 },
  { a: { b: 1 } },
  { a: { b: 1, c: undefined } },
  { a: {} },
  { a: [] },
  { 0: 1, length: 1 },
  { length: 0 },
  { message: "x" },
  { message: "x", name: "Error" },
  { toString: undefined },
  { [SYMBOL]: 1 },
  { [SYMBOL]: undefined },
  Object.create(null),
  Object.create({ a: 1 }),
  Object.defineProperty({}, "a", { value: 1 }),
  new Sized(),
  new Hidden(1),
  new Hidden(2),
];
const LISTS = () => [
  [],
  [1],
  [undefined],
  [null],
  [0],
  [-0],
  [NaN],
  ["a"],
  ["a", "b"],
  [1, undefined],
  [1, 2, 3],
  [3, 2, 1],
  [1, undefined, 3],
  holed([1, 2, 3], 1),
  holed([1], 0),
  [[]],
  [{}],
  [{ a: 1 }],
  [{ a: undefined }],
  Object.assign([1], { a: 1 }),
  List.from([1]),
];
const ERRORS = () => [
  new Error("x"),
  new Error("y"),
  new Error(""),
  new TypeError("x"),
  new OwnError("x"),
  errorWith({ code: 1 }),
  errorWith({ code: 2 }),
  errorWith({ code: undefined }),
  errorWith({ name: "N" }),
  errorWith({ message: "z" }),
  errorWith({ cause: 1 }),
  errorWith({}, 1),
  errorWith({}, { a: 1 }),
  errorWith({}, { a: 1, b: undefined }),
  new AggregateError([1], "x"),
  new AggregateError([2], "x"),
];
const COLLECTIONS = () => [
  new Map(),
  new Map([["a", 1]]),
  new Map([["b", 1]]),
  new Map([["a", undefined]]),
  new Map([["b", undefined]]),
  new Map([[{ a: 1 }, 1]]),
  new Map([[{ a: 2 }, 1]]),
  new Map([["a", { a: 1 }]]),
  new Map<unknown, unknown>([
    [{ a: 1 }, 1],
    [{ a: 1 }, 2],
  ]),
  new Set(),
  new Set([1]),
  new Set([1, 2]),
  new Set([2, 1]),
  new Set([undefined]),
  new Set([{ a: 1 }]),
  new Set([{ a: 1, b: undefined }]),
  new Set([{ a: 1 }, { a: 1 }]),
  new Set<unknown>([{ a: 1 }, { b: 2 }]),
];
const BYTES = () => [
  Uint8Array.of(),
  Uint8Array.of(1),
  Uint8Array.of(2),
  Uint8Array.of(1, 0),
  Uint8Array.of(0, 1).subarray(1),
  Buffer.from([1]),
  Int8Array.of(1),
  Uint16Array.of(1),
  Float64Array.of(0),
  Float64Array.of(-0),
  Float64Array.of(NaN),
  BigInt64Array.of(1n),
  Uint8Array.of(1).buffer,
  Uint8Array.of(2).buffer,
  new ArrayBuffer(0),
  new DataView(Uint8Array.of(1).buffer),
  new DataView(Uint8Array.of(2).buffer),
];
const CONTENTS = () => [
  new Date(0),
  new Date(1),
  new Date(NaN),
  Object.assign(new Date(0), { a: 1 }),
  /a/u,
  /b/u,
  /a/gu,
  Object.assign(/a/gu, { lastIndex: 1 }),
  ...[1, 2, 0, -0, NaN, "a", "b", true, false, 1n, 2n, SYMBOL].map(Object),
  Object.assign(Object(1), { a: 1 }),
  Object.assign(Object("a"), { a: 1 }),
  new URL("http://192.0.2.1/"),
  new URL("http://192.0.2.2/"),
  new URLSearchParams("a=1"),
  new URLSearchParams("a=2"),
  new Headers({ a: "1" }),
  new Headers({ a: "2" }),
  new Blob(["a"]),
  new Blob(["b"]),
  new WeakMap(),
  new WeakSet(),
  Promise.resolve(1),
  [1].values(),
  Math,
  new TextEncoder(),
];
const FUNCTIONS = () => [
  () => 1,
  () => true,
  Object.assign(() => 1, { a: 1 }),
  Sized,
  Number,
  Object,
  Array,
  Error,
  TypeError,
];

const values = (): unknown[] =>
  [PRIMITIVES, TEXTS, OBJECTS, LISTS, ERRORS, COLLECTIONS, BYTES, CONTENTS, FUNCTIONS].flatMap(
    (of): unknown[] => of(),
  );

type Expect = typeof expect;
type Ask = (actual: unknown, expected: unknown, expect: Expect, isNegated: boolean) => unknown;

const ask =
  (name: string, of = (value: unknown) => value, to = of): Ask =>
  (actual, expected, expectOf, isNegated) => {
    const asked = isNegated ? expectOf(of(actual)).not : expectOf(of(actual));
    return Reflect.apply(Reflect.get(asked, name), asked, [to(expected)]);
  };
const within =
  (name: string): Ask =>
  (actual, expected, expectOf, isNegated) =>
    ask("toEqual")(
      actual,
      Reflect.apply(Reflect.get(expectOf, name), expectOf, [expected]),
      expectOf,
      isNegated,
    );
const raise = (error: unknown) => (): never => {
  throw error;
};

const SHOWN_MAX = 20;
const MATCHERS =
  "toBe toBeCloseTo toBeGreaterThan toBeGreaterThanOrEqual toBeInstanceOf toBeLessThan " +
  "toBeLessThanOrEqual toContain toContainEqual toEndWith toEqual toHaveLength toHaveProperty " +
  "toMatch toMatchObject toSatisfy toStartWith";
const ASKED: Readonly<Record<string, Ask>> = {
  ...Object.fromEntries(MATCHERS.split(" ").map((name) => [name, ask(name)])),
  "toEqual of members": ask("toEqual", (value) => ({ a: value })),
  "toEqual of entries": ask("toEqual", (value) => [value]),
  "toMatchObject of members": ask("toMatchObject", (value) => ({ a: value })),
  "toMatchObject of entries": ask("toMatchObject", (value) => [value]),
  "toThrow of what is thrown": ask("toThrow", raise, (value) => value),
  any: within("any"),
  arrayContaining: within("arrayContaining"),
  objectContaining: within("objectContaining"),
  stringContaining: within("stringContaining"),
  stringMatching: within("stringMatching"),
};

test.each(Object.entries(ASKED))("what Bun refuses of %s, ours refuses", (_name, question) => {
  const lax: unknown[] = [];
  const count = values().length;
  for (let index = 0; index < count; index += 1) {
    // Patterns have a state: each side gets its own.
    const [bunsRow, ourRow] = [values(), values()];
    const [bunsOthers, ourOthers] = [values(), values()];
    for (let other = 0; other < count; other += 1) {
      for (const isNegated of [false, true]) {
        const isOurs = holds(() =>
          question(ourRow[index], ourOthers[other], ours as unknown as Expect, isNegated),
        );
        if (
          isOurs &&
          !holds(() => question(bunsRow[index], bunsOthers[other], expect, isNegated))
        ) {
          lax.push([isNegated ? "not" : "", ourRow[index], ourOthers[other]]);
        }
      }
    }
  }
  expect(lax.slice(0, SHOWN_MAX)).toEqual([]);
});

function holds(assertion: () => unknown): boolean {
  try {
    assertion();
    return true;
  } catch {
    return false;
  }
}
