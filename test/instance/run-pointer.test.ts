import { expect, test } from "bun:test";
import { createPaths } from "../../src/instance/paths.ts";
import { readRunPointer, writeRunPointer } from "../../src/instance/run-pointer.ts";
import { createMemoryFileSystem } from "../../src/system/memory-file-system.ts";

const USUAL = "/run/cloud-init";
const roots = {
  cloudDir: "/data/cloud",
  templatesDir: "/etc/cloud/templates",
  configFile: "/etc/cloud/cloud.cfg",
  logDir: "/var/log",
};

test("what is written is read again", () => {
  const fs = createMemoryFileSystem();
  writeRunPointer(fs, createPaths({ ...roots, runDir: "/run/other", defaultRunDir: USUAL }));
  expect(readRunPointer(fs, USUAL)).toEqual({ cloudDir: "/data/cloud", runDir: "/run/other" });
});

test("nothing is written where run_dir is the usual one, and an old pointer goes", () => {
  const fs = createMemoryFileSystem({ [`${USUAL}/paths.json`]: "{}" });
  writeRunPointer(fs, createPaths({ ...roots, runDir: USUAL }));
  expect(fs.list(USUAL)).toEqual([]);
});

test.each([
  "",
  "{",
  "[]",
  "null",
  '{"run_dir": "/run/x"}',
  '{"cloud_dir": "x", "run_dir": "/y"}',
  '{"cloud_dir": "/", "run_dir": "/y"}',
])("a pointer that cannot be used is none: %s", (text) => {
  const fs = createMemoryFileSystem({ [`${USUAL}/paths.json`]: text });
  expect(readRunPointer(fs, USUAL)).toBeUndefined();
});
