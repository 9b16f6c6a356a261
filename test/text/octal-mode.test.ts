import { expect, test } from "bun:test";
import { octalMode } from "../../src/text/octal-mode.ts";

test("permission bits have four digits, as chmod takes them", () => {
  expect([0o644, 0, 0o1777].map(octalMode)).toEqual(["0644", "0000", "1777"]);
});
