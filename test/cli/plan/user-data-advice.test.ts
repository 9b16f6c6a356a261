import { expect, test } from "bun:test";
import { readAdvice } from "../../../src/cli/plan/user-data-advice.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";

const PATHS = { cloudDir: "/c", modulesDir: "/m" };
const advise = (files: Readonly<Record<string, string>> = {}): Promise<readonly string[]> =>
  readAdvice(createScriptedSystem({ files }).system, PATHS, "aix");

const PATH = "/c/instance/user-data.txt";

test("unknown keys and what does not fit AIX are told with their line", async () => {
  const text = "#cloud-config\nwrite_file: []\nusers:\n  - name: anna\n    shell: /bin/bash\n";
  const advice = await advise({ [PATH]: text });
  expect(advice[0]).toBe(
    'user-data:2: "write_file" is not a known key, did you mean "write_files"?',
  );
  expect(advice.join("\n")).toContain("user-data:5: ");
});

test("what a boot itself calls an error is left to it", async () => {
  const text = "#cloud-config\nwrite_files: 5\n";
  expect(await advise({ [PATH]: text })).toEqual([]);
});

test("user-data that is no single cloud-config is not checked", async () => {
  for (const text of ["#!/bin/sh\n", "#cloud-config-archive\n- a\n", ""]) {
    expect(await advise({ [PATH]: text })).toEqual([]);
  }
  expect(await advise()).toEqual([]);
});

test("a key of an external module with a schema is known, and its value is checked", async () => {
  const { system } = createScriptedSystem({
    files: {
      [PATH]: "#cloud-config\nhello: x\nhallo: 5\nwrite_files: 5\n",
      "/m/hello": "#!/bin/sh\n",
      "/m/hello.schema.json": '{"properties": {"hello": {"type": "integer"}}}',
    },
  });
  system.fs.setAttributes("/m/hello", { mode: 0o755 });
  expect(await readAdvice(system, PATHS, "aix")).toEqual([
    "user-data:2: hello: must be integer",
    'user-data:3: "hallo" is not a known key',
  ]);
});
