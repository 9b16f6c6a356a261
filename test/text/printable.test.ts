import { expect, test } from "bun:test";
import { printable } from "../../src/text/printable.ts";

test("what a terminal would obey is shown instead", () => {
  expect(printable("a\u001B[2Jb\rc\u0007")).toBe(String.raw`a\x1b[2Jb\x0dc\x07`);
  expect(printable("line\nend\u009B")).toBe(String.raw`line\x0aend\x9b`);
  expect(printable("user\u202Etxt")).toBe(String.raw`user\u{202e}txt`);
});

test("text in any script and tabs stay", () => {
  expect(printable("Größe\t日本語 ✓")).toBe("Größe\t日本語 ✓");
});
