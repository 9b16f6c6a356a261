import { expect, test } from "bun:test";
import { formatKeyPath } from "../../src/text/key-path.ts";

test("keys are joined by dots, positions stand in brackets", () => {
  expect(formatKeyPath(["networks", 2, "netmask"])).toBe("networks[2].netmask");
  expect(formatKeyPath([])).toBe("");
});

test("a key that is no plain word is quoted, a long one cut", () => {
  expect(formatKeyPath(["ethernets", "a\nb", "mtu"])).toBe('ethernets["a\\nb"].mtu');
  expect(formatKeyPath(["x".repeat(100)])).toBe(`${"x".repeat(64)}…`);
});
