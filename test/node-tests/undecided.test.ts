// Assertions that the runner for Node.js refuses with their opposite, so that nothing passes there
// that Bun refuses.
import { expect, type Matchers, test } from "bun:test";
import { expect as ours } from "../../scripts/node-tests/expect.ts";

class Hidden {
  readonly #size: number;
  constructor(size: number) {
    this.#size = size;
  }
  get size(): number {
    return this.#size;
  }
}

const failure = new Error("it failed");
const raise = (): never => {
  throw failure;
};
const when = new Date(0);
const TWINS = new Set([{ a: 1 }, { a: 1 }]);
const viewOf = (byte: number): DataView => new DataView(Uint8Array.of(byte).buffer);
const errorsOf = (...errors: unknown[]): AggregateError => new AggregateError(errors, "x");

type Pair = (expect: (value: unknown) => Matchers<unknown>) => unknown;

/** Bun accepts one of each assertion and its opposite, and in most a reader expects the other. */
const UNDECIDED: readonly (readonly [string, Pair])[] = [
  ["what Bun does not look into", (expect) => expect(new URL("http://192.0.2.1/")).toEqual({})],
  ["bytes behind a view", (expect) => expect(viewOf(1)).toEqual(viewOf(2))],
  ["promises", (expect) => expect(Promise.resolve(1)).toEqual(Promise.resolve(2))],
  ["private members", (expect) => expect(new Hidden(1)).toEqual(new Hidden(2))],
  ["several errors in one", (expect) => expect(errorsOf(1)).toEqual(errorsOf(2))],
  [
    "a set with two entries alike",
    (expect) => expect(TWINS).toEqual(new Set([{ a: 1 }, { b: 2 }])),
  ],
  ["a date in a part", (expect) => expect({ a: when }).toMatchObject({ a: new Date(1) })],
  ["a set in a part", (expect) => expect({ a: new Set([1]) }).toMatchObject({ a: new Set([2]) })],
  ["a map in a part", (expect) => expect({ a: new Map() }).toMatchObject({ a: new Map([[1, 2]]) })],
  ["a pattern in a part", (expect) => expect({ a: /a/u }).toMatchObject({ a: /b/u })],
  ["an error in a part", (expect) => expect({ a: failure }).toMatchObject({ a: new Error("no") })],
  [
    "fewer bytes in a part",
    (expect) => expect(Uint8Array.of(1, 2)).toMatchObject(Uint8Array.of(1)),
  ],
  ["a function in a part", (expect) => expect({ a: () => 1 }).toMatchObject({ a: () => 2 })],
  ["the beginning of a number", (expect) => expect(1).toStartWith("1")],
  ["an asynchronous function", (expect) => expect(async () => Promise.reject(failure)).toThrow()],
  ["an error that is given back", (expect) => expect(() => failure).toThrow()],
  ["members of an error", (expect) => expect(raise).toThrow({ message: "it failed" } as never)],
  ["the length of a set", (expect) => expect(new Set([1])).toHaveLength(1)],
  ["brackets in a path", (expect) => expect({ a: [1] }).toHaveProperty("a[0]", 1)],
];

test.each(UNDECIDED)("ours takes neither an assertion of %s nor its opposite", (_name, pair) => {
  const one = ours as unknown as (value: unknown) => Matchers<unknown>;
  expect(holds(() => pair(one))).toBe(false);
  expect(holds(() => pair((value) => one(value).not))).toBe(false);
});

function holds(assertion: () => unknown): boolean {
  try {
    assertion();
    return true;
  } catch {
    return false;
  }
}
