import { expect, test } from "bun:test";
import { nearestWord } from "../../src/text/nearest-word.ts";

const WORDS = ["init", "modules", "single", "install", "plan"];

test("one or two slips are seen through", () => {
  expect(nearestWord("inti", WORDS)).toBe("init");
  expect(nearestWord("module", WORDS)).toBe("modules");
  expect(nearestWord("instal", WORDS)).toBe("install");
  expect(nearestWord("mdoules", WORDS)).toBe("modules");
  expect(nearestWord("sinlge", WORDS)).toBe("single");
});

test("what is near nothing has no neighbour", () => {
  expect(nearestWord("status", WORDS)).toBeUndefined();
  expect(nearestWord("", WORDS)).toBeUndefined();
  expect(nearestWord("x", WORDS)).toBeUndefined();
  expect(nearestWord("init".repeat(100_000), WORDS)).toBeUndefined();
});
