// On Bun this runs Bun's own matchers, on Node.js ours: both must decide alike.
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";

class Coded extends Error {
  readonly code = 3;
}
const coded = new Coded("it failed");
const raise = (): never => {
  throw coded;
};
const when = new Date(0);

type Check = () => unknown;

const CASES: readonly (readonly [string, boolean, Check])[] = [
  ["the same object", true, () => expect(when).toBe(when)],
  ["another object with the same content", false, () => expect([1]).toBe([1] as never)],
  ["NaN", true, () => expect(Number.NaN).toBe(Number.NaN)],
  ["an undefined member", true, () => expect({ a: 1, b: undefined }).toEqual({ a: 1 } as never)],
  ["a member too many", false, () => expect({ a: 1, b: 2 }).toEqual({ a: 1 } as never)],
  ["a member too few", false, () => expect({ a: 1 }).toEqual({ a: 1, b: 2 } as never)],
  ["null for undefined", false, () => expect({ a: null }).toEqual({ a: undefined } as never)],
  [
    "another class",
    true,
    () => expect(Object.assign(Object.create(null), { a: 1 })).toEqual({ a: 1 }),
  ],
  ["a longer list", false, () => expect([1, 2]).toEqual([1])],
  ["other bytes", false, () => expect(Uint8Array.of(1, 2)).toEqual(Uint8Array.of(1, 3))],
  ["the same bytes", true, () => expect(Uint8Array.of(1, 2)).toEqual(Uint8Array.of(1, 2))],
  ["the same map", true, () => expect(new Map([["a", [1]]])).toEqual(new Map([["a", [1]]]))],
  ["another map", false, () => expect(new Map([["a", [1]]])).toEqual(new Map([["a", [2]]]))],
  ["the same set", true, () => expect(new Set([1, 2])).toEqual(new Set([2, 1]))],
  ["another set", false, () => expect(new Set([1, 2])).toEqual(new Set([1, 3]))],
  ["another date", false, () => expect(when).toEqual(new Date(1))],
  ["another error", false, () => expect(new Error("a")).toEqual(new Error("b"))],
  ["a list for an object", false, () => expect([]).toEqual({} as never)],
  ["a part", true, () => expect({ a: { b: 1, c: 2 } }).toMatchObject({ a: { b: 1 } })],
  ["no part", false, () => expect({ a: { b: 1 } }).toMatchObject({ a: { b: 2 } })],
  ["a part of a list's entry", true, () => expect([{ a: 1, b: 2 }]).toMatchObject([{ a: 1 }])],
  ["a part of a longer list", false, () => expect([{ a: 1 }, {}]).toMatchObject([{ a: 1 }])],
  ["a part of an error", true, () => expect(coded).toMatchObject({ code: 3 })],
  ["another part of an error", false, () => expect(coded).toMatchObject({ code: 4 })],
  ["a text's part", true, () => expect("abc").toContain("b")],
  ["no text's part", false, () => expect("abc").toContain("d")],
  ["a list's entry", true, () => expect([1, 2]).toContain(2)],
  ["a list's equal", false, () => expect([{ a: 1 }]).toContain({ a: 1 })],
  ["a list's equal, asked for", true, () => expect([{ a: 1 }]).toContainEqual({ a: 1 })],
  ["a length", false, () => expect([1]).toHaveLength(2)],
  ["a property", true, () => expect({ a: { b: 1 } }).toHaveProperty("a.b", 1)],
  ["no property", false, () => expect({ a: {} }).toHaveProperty("a.b")],
  ["a pattern", true, () => expect("abc").toMatch(/^a.c$/u)],
  ["a text as a pattern", false, () => expect("abc").toMatch("a.c")],
  ["an end", true, () => expect("abc").toEndWith("bc")],
  ["no beginning", false, () => expect("abc").toStartWith("b")],
  ["an error", true, () => expect(raise).toThrow()],
  ["no error", false, () => expect(() => 1).toThrow()],
  ["an error's words", true, () => expect(raise).toThrow("failed")],
  ["an error's other words", false, () => expect(raise).toThrow("won")],
  ["an error's pattern", true, () => expect(raise).toThrow(/^it/u)],
  ["an error's class", true, () => expect(raise).toThrow(Coded)],
  ["an error's other class", false, () => expect(raise).toThrow(TypeError)],
  ["no number of that size", false, () => expect(2).toBeGreaterThan(2)],
  ["a number of that size", true, () => expect(2).toBeLessThanOrEqual(2)],
  ["nearly a number", true, () => expect(0.1 + 0.2).toBeCloseTo(0.3)],
  ["not what it is", false, () => expect(1).not.toBe(1)],
  [
    "words somewhere within",
    true,
    () => expect({ a: "xyz" }).toEqual({ a: expect.stringContaining("y") }),
  ],
  [
    "no words within",
    false,
    () => expect({ a: "xyz" }).toEqual({ a: expect.stringContaining("q") }),
  ],
  ["a pattern within", true, () => expect(["x1"]).toEqual([expect.stringMatching(/^x\d$/u)])],
  [
    "a part within",
    true,
    () => expect([{ a: 1, b: 2 }]).toEqual([expect.objectContaining({ a: 1 })]),
  ],
  ["no part within", false, () => expect([{ a: 1 }]).toEqual([expect.objectContaining({ b: 1 })])],
  ["some of a list", true, () => expect([3, 1, 2]).toEqual(expect.arrayContaining([1, 2]))],
  ["not all of a list", false, () => expect([3, 1]).toEqual(expect.arrayContaining([1, 2]))],
  ["a rejection", true, () => expect(Promise.reject(coded)).rejects.toThrow("failed")],
  ["a rejection in other words", false, () => expect(Promise.reject(coded)).rejects.toThrow("won")],
  ["no rejection", false, () => expect(Promise.resolve(1)).rejects.toThrow()],
  ["a result", true, () => expect(Promise.resolve(1)).resolves.toBe(1)],
];

test.each(CASES)("a matcher decides on %s", async (_name, isFine, check) => {
  let wasFine = true;
  try {
    await check();
  } catch {
    wasFine = false;
  }
  expect(wasFine).toBe(isFine);
});

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
