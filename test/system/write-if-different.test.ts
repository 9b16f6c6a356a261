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
