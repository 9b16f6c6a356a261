// On Bun this runs Bun's own matchers beside ours, on Node.js ours: both must decide alike.
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { expect as ours } from "../../scripts/node-tests/expect.ts";

class Sized {
  readonly size = 1;
}

class Coded extends Error {
  readonly code = 3;
}
const coded = new Coded("it failed");
const raise = (): never => {
  throw coded;
};
const when = new Date(0);
const withCode = (code: number): Error => Object.assign(new Error("x"), { code });
const HOLED: (number | undefined)[] = [1, 2, 3];
delete HOLED[1];
const NOTHING = [] as unknown as [undefined];

type Check = (expect: Expect) => unknown;
type Expect = typeof BUN_OR_OURS;
const BUN_OR_OURS = expect;

const CASES: readonly (readonly [string, boolean, Check])[] = [
  ["the same object", true, (expect) => expect(when).toBe(when)],
  ["another object with the same content", false, (expect) => expect([1]).toBe([1] as never)],
  ["NaN", true, (expect) => expect(Number.NaN).toBe(Number.NaN)],
  [
    "an undefined member",
    true,
    (expect) => expect({ a: 1, b: undefined }).toEqual({ a: 1 } as never),
  ],
  ["a member too many", false, (expect) => expect({ a: 1, b: 2 }).toEqual({ a: 1 } as never)],
  ["a member too few", false, (expect) => expect({ a: 1 }).toEqual({ a: 1, b: 2 } as never)],
  ["null for undefined", false, (expect) => expect({ a: null }).toEqual({ a: undefined } as never)],
  [
    "another class",
    true,
    (expect) => expect(Object.assign(Object.create(null), { a: 1 })).toEqual({ a: 1 }),
  ],
  ["a longer list", false, (expect) => expect([1, 2]).toEqual([1])],
  ["other bytes", false, (expect) => expect(Uint8Array.of(1, 2)).toEqual(Uint8Array.of(1, 3))],
  ["the same bytes", true, (expect) => expect(Uint8Array.of(1, 2)).toEqual(Uint8Array.of(1, 2))],
  ["the same map", true, (expect) => expect(new Map([["a", [1]]])).toEqual(new Map([["a", [1]]]))],
  ["another map", false, (expect) => expect(new Map([["a", [1]]])).toEqual(new Map([["a", [2]]]))],
  ["the same set", true, (expect) => expect(new Set([1, 2])).toEqual(new Set([2, 1]))],
  ["another set", false, (expect) => expect(new Set([1, 2])).toEqual(new Set([1, 3]))],
  ["another date", false, (expect) => expect(when).toEqual(new Date(1))],
  ["another error", false, (expect) => expect(new Error("a")).toEqual(new Error("b"))],
  ["a list for an object", false, (expect) => expect([]).toEqual({} as never)],
  ["a part", true, (expect) => expect({ a: { b: 1, c: 2 } }).toMatchObject({ a: { b: 1 } })],
  ["no part", false, (expect) => expect({ a: { b: 1 } }).toMatchObject({ a: { b: 2 } })],
  [
    "a part of a list's entry",
    true,
    (expect) => expect([{ a: 1, b: 2 }]).toMatchObject([{ a: 1 }]),
  ],
  ["a part of a longer list", false, (expect) => expect([{ a: 1 }, {}]).toMatchObject([{ a: 1 }])],
  ["a part of an error", true, (expect) => expect(coded).toMatchObject({ code: 3 })],
  ["another part of an error", false, (expect) => expect(coded).toMatchObject({ code: 4 })],
  ["a text's part", true, (expect) => expect("abc").toContain("b")],
  ["no text's part", false, (expect) => expect("abc").toContain("d")],
  ["a list's entry", true, (expect) => expect([1, 2]).toContain(2)],
  ["a list's equal", false, (expect) => expect([{ a: 1 }]).toContain({ a: 1 })],
  ["a list's equal, asked for", true, (expect) => expect([{ a: 1 }]).toContainEqual({ a: 1 })],
  ["a length", false, (expect) => expect([1]).toHaveLength(2)],
  ["a property", true, (expect) => expect({ a: { b: 1 } }).toHaveProperty("a.b", 1)],
  ["no property", false, (expect) => expect({ a: {} }).toHaveProperty("a.b")],
  ["a pattern", true, (expect) => expect("abc").toMatch(/^a.c$/u)],
  ["a text as a pattern", false, (expect) => expect("abc").toMatch("a.c")],
  ["an end", true, (expect) => expect("abc").toEndWith("bc")],
  ["no beginning", false, (expect) => expect("abc").toStartWith("b")],
  ["an error", true, (expect) => expect(raise).toThrow()],
  ["no error", false, (expect) => expect(() => 1).toThrow()],
  ["an error's words", true, (expect) => expect(raise).toThrow("failed")],
  ["an error's other words", false, (expect) => expect(raise).toThrow("won")],
  ["an error's pattern", true, (expect) => expect(raise).toThrow(/^it/u)],
  ["an error's class", true, (expect) => expect(raise).toThrow(Coded)],
  ["an error's other class", false, (expect) => expect(raise).toThrow(TypeError)],
  ["no number of that size", false, (expect) => expect(2).toBeGreaterThan(2)],
  ["a number of that size", true, (expect) => expect(2).toBeLessThanOrEqual(2)],
  ["nearly a number", true, (expect) => expect(0.1 + 0.2).toBeCloseTo(0.3)],
  ["not what it is", false, (expect) => expect(1).not.toBe(1)],
  [
    "words somewhere within",
    true,
    (expect) => expect({ a: "xyz" }).toEqual({ a: expect.stringContaining("y") }),
  ],
  [
    "no words within",
    false,
    (expect) => expect({ a: "xyz" }).toEqual({ a: expect.stringContaining("q") }),
  ],
  ["a pattern within", true, (expect) => expect(["x1"]).toEqual([expect.stringMatching(/^x\d$/u)])],
  [
    "a part within",
    true,
    (expect) => expect([{ a: 1, b: 2 }]).toEqual([expect.objectContaining({ a: 1 })]),
  ],
  [
    "no part within",
    false,
    (expect) => expect([{ a: 1 }]).toEqual([expect.objectContaining({ b: 1 })]),
  ],
  ["some of a list", true, (expect) => expect([3, 1, 2]).toEqual(expect.arrayContaining([1, 2]))],
  ["not all of a list", false, (expect) => expect([3, 1]).toEqual(expect.arrayContaining([1, 2]))],
  ["a rejection", true, (expect) => expect(Promise.reject(coded)).rejects.toThrow("failed")],
  [
    "a rejection in other words",
    false,
    (expect) => expect(Promise.reject(coded)).rejects.toThrow("won"),
  ],
  ["no rejection", false, (expect) => expect(Promise.resolve(1)).rejects.toThrow()],
  ["a result", true, (expect) => expect(Promise.resolve(1)).resolves.toBe(1)],
  [
    "a part that must be undefined",
    false,
    (expect) => expect({ a: 5 }).toMatchObject({ a: undefined } as never),
  ],
  [
    "a part that must be undefined, and is",
    true,
    (expect) => expect({ a: undefined, b: 1 }).toMatchObject({ a: undefined }),
  ],
  [
    "a part that must be there, and undefined",
    false,
    (expect) => expect({ b: {} }).toMatchObject({ b: { a: undefined } }),
  ],
  ["a part of a number", false, (expect) => expect(5 as never).not.toMatchObject({ a: 1 })],
  ["a part of a list with a hole", false, (expect) => expect([1, 2, 3]).toMatchObject(HOLED)],
  ["a hole in a list", false, (expect) => expect([1, 2, 3]).toEqual(HOLED as number[])],
  ["a hole in a list for undefined", true, (expect) => expect([1, undefined, 3]).toEqual(HOLED)],
  ["undefined at the end of a list", true, (expect) => expect([1, undefined]).toEqual([1])],
  [
    "other bytes of a buffer",
    false,
    (expect) => expect(Uint8Array.of(1).buffer).toEqual(Uint8Array.of(2).buffer),
  ],
  [
    "the same bytes of a buffer",
    true,
    (expect) => expect(Uint8Array.of(1).buffer).toEqual(Uint8Array.of(1).buffer),
  ],
  [
    "bytes as other numbers",
    false,
    (expect) => expect<unknown>(Uint8Array.of(1)).toEqual(Int8Array.of(1)),
  ],
  [
    "what is no number among numbers",
    false,
    (expect) => expect(Float64Array.of(Number.NaN)).toEqual(Float64Array.of(Number.NaN)),
  ],
  [
    "a date that is none",
    false,
    (expect) => expect(new Date(Number.NaN)).toEqual(new Date(Number.NaN)),
  ],
  [
    "another address",
    false,
    (expect) => expect(new URL("http://192.0.2.1/")).toEqual(new URL("http://192.0.2.2/")),
  ],
  [
    "other headers",
    false,
    (expect) => expect(new Headers({ a: "1" })).toEqual(new Headers({ a: "2" })),
  ],
  ["another number in an object", false, (expect) => expect(Object(1)).toEqual(Object(2))],
  ["the same number in an object", true, (expect) => expect(Object(1)).toEqual(Object(1))],
  ["another truth in an object", false, (expect) => expect(Object(true)).toEqual(Object(false))],
  ["another text in an object", false, (expect) => expect(Object("a")).toEqual(Object("b"))],
  ["an inherited member", false, (expect) => expect(Object.create({ a: 1 })).toEqual({ a: 1 })],
  ["a class's members", true, (expect) => expect<unknown>(new Sized()).toEqual({ size: 1 })],
  ["an error's other member", false, (expect) => expect(withCode(1)).toEqual(withCode(2))],
  ["an error's same member", true, (expect) => expect(withCode(1)).toEqual(withCode(1))],
  [
    "an error with a member too many",
    false,
    (expect) => expect(withCode(1)).toEqual(new Error("x")),
  ],
  [
    "an error with a member too few",
    false,
    (expect) => expect(new Error("x")).toEqual(withCode(1)),
  ],
  [
    "an error's other cause",
    false,
    (expect) => expect(new Error("x", { cause: 1 })).toEqual(new Error("x", { cause: 2 })),
  ],
  [
    "an error's same cause",
    true,
    (expect) => expect(new Error("x", { cause: [1] })).toEqual(new Error("x", { cause: [1] })),
  ],
  [
    "an error without a cause",
    false,
    (expect) => expect(new Error("x")).toEqual(new Error("x", { cause: 1 })),
  ],
  ["another class of error", false, (expect) => expect(new TypeError("x")).toEqual(new Error("x"))],
  [
    "a set with two entries alike",
    false,
    (expect) =>
      expect(new Set<unknown>([{ a: 1 }, { b: 2 }])).toEqual(new Set([{ a: 1 }, { a: 1 }])),
  ],
  [
    "a set of the same entries",
    true,
    (expect) =>
      expect(new Set<unknown>([{ a: 1 }, { b: 2 }])).toEqual(
        new Set<unknown>([{ b: 2 }, { a: 1 }]),
      ),
  ],
  [
    "a map with another key for undefined",
    false,
    (expect) => expect(new Map([["a", undefined]])).toEqual(new Map([["b", undefined]])),
  ],
  [
    "a map with keys alike",
    true,
    (expect) => expect(new Map([[{ a: 1 }, 1]])).toEqual(new Map([[{ a: 1 }, 1]])),
  ],
  ["the beginning of a number", false, (expect) => expect(123 as never).toStartWith("12")],
  ["a number as a beginning", false, (expect) => expect("123").toStartWith(1 as never)],
  ["the end of a number", false, (expect) => expect(123 as never).toEndWith("23")],
  ["a number in a text", false, (expect) => expect("a1").toContain(1 as never)],
  ["no number in a text", false, (expect) => expect("a1").not.toContain(2 as never)],
  ["an entry of a number", false, (expect) => expect(1 as never).not.toContain(1)],
  ["what is no number in a list", false, (expect) => expect([Number.NaN]).toContain(Number.NaN)],
  ["a pattern of an object", false, (expect) => expect({} as never).toMatch(/object/u)],
  ["no pattern of an object", false, (expect) => expect({} as never).not.toMatch(/q/u)],
  ["a number as a pattern", false, (expect) => expect("12").toMatch(1 as never)],
  [
    "a pattern that goes on behind",
    false,
    (expect) => expect("abc").toMatch(Object.assign(/b/gu, { lastIndex: 3 })),
  ],
  ["the length of nothing", false, (expect) => expect(undefined).not.toHaveLength(1)],
  ["no length", false, (expect) => expect([]).not.toHaveLength(-1)],
  ["a property at no path", false, (expect) => expect([1]).toHaveProperty(0 as never, 1)],
  [
    "a property that is there, and undefined",
    false,
    (expect) => expect({ a: 1 }).toHaveProperty("a", undefined as never),
  ],
  [
    "large numbers",
    true,
    (expect) => expect(9_007_199_254_740_993n).toBeGreaterThan(9_007_199_254_740_992n),
  ],
  ["a text as a number", false, (expect) => expect("2" as never).toBeGreaterThan(1)],
  ["an instance of no class", false, (expect) => expect({}).not.toBeInstanceOf({} as never)],
  ["no value to compare with", false, (expect) => expect(undefined).toEqual(...NOTHING)],
  [
    "any object for a function",
    false,
    (expect) => expect(() => 1).toEqual(expect.any(Object) as never),
  ],
  [
    "a text for a pattern within",
    false,
    (expect) => expect("abc").toEqual(expect.stringMatching("a.c")),
  ],
  [
    "a part within that must be undefined",
    false,
    (expect) => expect({}).toEqual(expect.objectContaining({ a: undefined }) as never),
  ],
  [
    "an error's words of an object",
    false,
    (expect) =>
      expect(() => {
        throw { a: 1 };
      }).toThrow("object"),
  ],
  [
    "an asynchronous function that fails",
    false,
    (expect) => expect(async () => Promise.reject(coded)).not.toThrow(),
  ],
  ["the result of no promise", false, (expect) => expect(1).resolves.toBe(1)],
  [
    "the rejection of a function",
    false,
    (expect) => expect(async () => Promise.reject(coded)).rejects.toThrow(),
  ],
];

test.each(CASES)("a matcher decides on %s", async (_name, isFine, check) => {
  expect(await holds(() => check(expect))).toBe(isFine);
  expect(await holds(() => check(ours as unknown as Expect))).toBe(isFine);
});

async function holds(assertion: () => unknown): Promise<boolean> {
  try {
    await assertion();
    return true;
  } catch {
    return false;
  }
}

describe("hooks", () => {
  const seen: string[] = [];
  beforeAll(() => void seen.push("all"));
  beforeEach(() => void seen.push("outer"));
  afterEach(() => void seen.push("after-outer"));

  describe("of an inner group", () => {
    beforeEach(() => void seen.push("inner"));
    afterEach(() => void seen.push("after-inner"));

    test.each(["one", "two"])("run around the test %s", (name) => {
      seen.push(name);
    });
  });

  test("ran in this order", () => {
    const around = (name: string): string => `outer inner ${name} after-inner after-outer`;
    expect(seen.join(" ")).toBe(`all ${around("one")} ${around("two")} outer`);
  });
});
