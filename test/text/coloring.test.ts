import { expect, test } from "bun:test";
import { createColoring, wantsColors } from "../../src/text/coloring.ts";

test("colours are closed again, and empty text stays empty", () => {
  const paint = createColoring(true);
  expect(paint.red("no")).toBe("\u001B[31mno\u001B[39m");
  expect(paint.bold(paint.green("x"))).toBe("\u001B[1m\u001B[32mx\u001B[39m\u001B[22m");
  expect(paint.dim("")).toBe("");
});

test("without colours text stays as it is", () => {
  expect(createColoring(false).yellow("text")).toBe("text");
});

test("colours are wanted on a terminal only, and never against NO_COLOR", () => {
  expect(wantsColors(true, {})).toBe(true);
  expect(wantsColors(false, {})).toBe(false);
  expect(wantsColors(true, { NO_COLOR: "1" })).toBe(false);
  expect(wantsColors(true, { NO_COLOR: "" })).toBe(true);
  expect(wantsColors(true, { TERM: "dumb" })).toBe(false);
});
