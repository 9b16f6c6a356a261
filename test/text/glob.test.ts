import { expect, test } from "bun:test";
import { matchesGlob } from "../../src/text/glob.ts";

test.each([
  ["en*", "en0", true],
  ["en*", "ens192", true],
  ["en*", "wlan0", false],
  ["*", "", true],
  ["e?h0", "eth0", true],
  ["e?h0", "eh0", false],
  ["*s*2", "ens192", true],
  ["eth[0-3]", "eth2", true],
  ["eth[0-3]", "eth4", false],
  ["eth[!0-3]", "eth4", true],
  ["eth[]x]", "eth]", true],
  ["eth[", "eth[", true],
  ["eth0", "eth00", false],
])("%s and %s: %p", (pattern, text, expected) => {
  expect(matchesGlob(pattern, text)).toBe(expected);
});

test("a pattern full of stars takes no longer than others", () => {
  expect(matchesGlob(`${"*a".repeat(2_000)}b`, "a".repeat(2_000))).toBe(false);
});
