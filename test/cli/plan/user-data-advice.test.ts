import { expect, test } from "bun:test";
import { readAdvice } from "../../../src/cli/plan/user-data-advice.ts";
import { createMemoryFileSystem } from "../../../src/system/memory-file-system.ts";

const PATH = "/c/instance/user-data.txt";

test("unknown keys and what does not fit AIX are told with their line", async () => {
  const text = "#cloud-config\nwrite_file: []\nusers:\n  - name: anna\n    shell: /bin/bash\n";
  const advice = await readAdvice(createMemoryFileSystem({ [PATH]: text }), "/c", "aix");
  expect(advice[0]).toBe(
    'user-data:2: "write_file" is not a known key, did you mean "write_files"?',
  );
  expect(advice.join("\n")).toContain("user-data:5: ");
});

test("what a boot itself calls an error is left to it", async () => {
  const text = "#cloud-config\nwrite_files: 5\n";
  expect(await readAdvice(createMemoryFileSystem({ [PATH]: text }), "/c", "aix")).toEqual([]);
});

test("user-data that is no single cloud-config is not checked", async () => {
  for (const text of ["#!/bin/sh\n", "#cloud-config-archive\n- a\n", ""]) {
    expect(await readAdvice(createMemoryFileSystem({ [PATH]: text }), "/c", "aix")).toEqual([]);
  }
  expect(await readAdvice(createMemoryFileSystem(), "/c", "aix")).toEqual([]);
});
