import { expect, test } from "bun:test";
import { normalizeCodeset, parseLocaleName } from "../../../src/distros/posix/locale-name.ts";

test("a locale's name has up to four parts", () => {
  expect(parseLocaleName("de_DE.UTF-8@euro")).toEqual({
    language: "de",
    territory: "DE",
    codeset: "UTF-8",
    modifier: "euro",
  });
  expect(parseLocaleName("C")).toEqual({ language: "C" });
  for (const name of ["", "de DE", "../x", "de_DE\n", "de_DE.UTF-8\0", "-a", "d".repeat(65_536)]) {
    expect([name.slice(0, 9), parseLocaleName(name)]).toEqual([name.slice(0, 9), undefined]);
  }
});

test("spellings of a codeset are one", () => {
  expect(normalizeCodeset("UTF-8")).toBe(normalizeCodeset("utf8"));
  expect(normalizeCodeset("ISO8859-1")).toBe(normalizeCodeset("iso88591"));
});
