import { expect, test } from "bun:test";
import { printable, printableLines } from "../../src/text/printable.ts";

test("what a terminal would obey is shown instead", () => {
  expect(printable("a\u001B[2Jb\rc\u0007")).toBe(String.raw`a\x1b[2Jb\x0dc\x07`);
  expect(printable("line\nend\u009B")).toBe(String.raw`line\x0aend\x9b`);
  expect(printable("user\u202Etxt")).toBe(String.raw`user\u{202e}txt`);
});

test("text in any script and tabs stay", () => {
  expect(printable("Größe\t日本語 ✓")).toBe("Größe\t日本語 ✓");
});

test("of several lines the ends stay, and nothing else that a terminal obeys", () => {
  expect(printableLines("a\n\tb\u001B[31m\r\nc\u2028d")).toBe("a\n\tb\\x1b[31m\\x0d\nc\\u{2028}d");
  const plain = "Größe\n\tx";
  expect(printableLines(plain)).toBe(plain);
});
