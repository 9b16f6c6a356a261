import { expect, test } from "bun:test";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { writeIfDifferent } from "../../src/system/write-if-different.ts";

test("a file is written once, and again when its content or mode differs", () => {
  const { system, changes } = createScriptedSystem();
  expect(writeIfDifferent(system.fs, "/a/b", "one", { mode: 0o600 })).toBe(true);
  expect(writeIfDifferent(system.fs, "/a/b", "one", { mode: 0o600 })).toBe(false);
  expect(writeIfDifferent(system.fs, "/a/b", "two", { mode: 0o600 })).toBe(true);
  expect(writeIfDifferent(system.fs, "/a/b", "two", { mode: 0o644 })).toBe(true);
  expect(changes.length).toBe(3);
  expect(system.fs.stat("/a/b")?.mode).toBe(0o644);
});

test("a large file is compared piece by piece, to its last byte", () => {
  const { system, changes } = createScriptedSystem();
  const content = new Uint8Array(2 * 1024 * 1024 + 5);
  expect(writeIfDifferent(system.fs, "/a/large", content, { mode: 0o600 })).toBe(true);
  expect(writeIfDifferent(system.fs, "/a/large", content, { mode: 0o600 })).toBe(false);
  const other = Uint8Array.from(content);
  other[other.length - 1] = 1;
  expect(writeIfDifferent(system.fs, "/a/large", other, { mode: 0o600 })).toBe(true);
  expect(changes.length).toBe(2);
});
