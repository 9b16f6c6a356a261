import { expect, test } from "bun:test";
import fc from "fast-check";
import { escapeRuby } from "../../src/modules/ruby-text.ts";

test("what ends a string, or is code in it, is escaped; other text stays", () => {
  expect(escapeRuby('a"b\\c #{d} #$e #@f')).toBe('a\\"b\\\\c \\#{d} \\#$e \\#@f');
  expect(escapeRuby("https://chef.example.com/#part 1#2")).toBe(
    "https://chef.example.com/#part 1#2",
  );
  expect(escapeRuby("a\nsystem")).toBe("a system");
});

test("whatever the text, it stays one string without code", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary-ascii" }), (text) => {
      const escaped = escapeRuby(text);
      // Pairs of a backslash and what it escapes, or what means itself.
      expect(escaped).toMatch(/^(?:\\["\\#]|[^"\\#\p{Cc}]|#(?![{$@]))*$/u);
    }),
  );
});
