import { expect, test } from "bun:test";
import { runParts } from "../../src/modules/run-parts.ts";
import {
  createScriptedSystem,
  type ScriptedSystemOptions,
} from "../../src/simulator/scripted-system.ts";
import { createModuleContext } from "../support/module-context.ts";

const DIR = "/scripts";

/** Runs the scripts of a machine; `modes` of files that are not 0700. */
async function run(
  files: Readonly<Record<string, string | Uint8Array>>,
  commands: ScriptedSystemOptions["commands"],
  options: { readonly modes?: Readonly<Record<string, number>>; readonly prefix?: string[] } = {},
) {
  const scripted = createScriptedSystem({
    ...(commands === undefined ? {} : { commands }),
    files: { "/usr/bin/ksh": "", "/bin/sh": "", ...files },
  });
  const { fs } = scripted.system;
  for (const path of Object.keys(files).filter((name) => name.startsWith(DIR))) {
    fs.setAttributes(path, { mode: options.modes?.[path] ?? 0o700 });
  }
  const context = createModuleContext(scripted.system, { entryName: "scripts-user" });
  let thrown = "";
  try {
    const prefix = options.prefix === undefined ? {} : { prefix: options.prefix };
    await runParts(context.ctx, { directory: DIR, ...prefix });
  } catch (error) {
    thrown = String(error);
  }
  return { ...context, commands: scripted.commands, output: scripted.output, thrown, fs };
}

test("a directory that is not there holds nothing", async () => {
  const done = await run({}, {});
  expect([done.commands, done.thrown]).toEqual([[], ""]);
});

test("scripts run in byte order, with their output in the stage's", async () => {
  const done = await run(
    { "/scripts/b": "#!/bin/sh\n", "/scripts/a": "#!/bin/sh\n", "/scripts/B": "#!/bin/sh\n" },
    { "/scripts/B": "B\n", "/scripts/a": "a\n", "/scripts/b": "b\n" },
  );
  expect(done.output.stdout).toBe("B\na\nb\n");
  expect(done.ledger).toMatchObject([
    { kind: "script", what: "/scripts/B", outcome: "ok", exitCode: 0, durationMs: 1 },
    { kind: "script", what: "/scripts/a" },
    { kind: "script", what: "/scripts/b" },
  ]);
});

test("a script that fails does not stop the next, and counts at the end", async () => {
  const done = await run(
    { "/scripts/1": "#!/bin/sh\n", "/scripts/2": "#!/bin/sh\n", "/scripts/3": "#!/bin/sh\n" },
    {
      "/scripts/1": { exitCode: 2, stderr: "one\ntwo\n" },
      "/scripts/2": "",
      "/scripts/3": { exitCode: 143 },
    },
  );
  expect(done.commands.length).toBe(3);
  expect(done.thrown).toBe(
    "Error: Failed to run module scripts-user (scripts in /scripts): Runparts: 2 failures (1,3) in 3 attempted commands",
  );
  expect(done.log).toEqual([
    "WARNING Failed running /scripts/1 [2]: two",
    "WARNING Failed running /scripts/3 [143]",
  ]);
  expect(done.ledger[0]).toMatchObject({ outcome: "failed", exitCode: 2, stderr: "one\ntwo" });
});

test("a script without #! runs by /bin/sh, a program by itself", async () => {
  const done = await run(
    { "/scripts/a": "echo hi\n", "/scripts/b": Uint8Array.of(1, 0xf7, 0, 0), "/scripts/c": "" },
    { "/bin/sh": "", "/scripts/b": "" },
  );
  expect(done.commands).toEqual([
    ["/bin/sh", "/scripts/a"],
    ["/scripts/b"],
    ["/bin/sh", "/scripts/c"],
  ]);
  expect(done.thrown).toBe("");
});

test("an interpreter that is not there is named, with those that are", async () => {
  const done = await run(
    { "/scripts/a": "#!/bin/bash -e\necho\n" },
    { "/scripts/a": { exitCode: 127 } },
  );
  expect(done.log).toEqual([
    'WARNING Failed running /scripts/a [127]: its interpreter "/bin/bash" is not there; there is /bin/sh, /usr/bin/ksh',
  ]);
  expect(done.ledger).toMatchObject([
    {
      outcome: "failed",
      exitCode: 127,
      reason: 'its interpreter "/bin/bash" is not there; there is /bin/sh, /usr/bin/ksh',
    },
  ]);
});

test("in a plan, where the script does not run, a missing interpreter is warned of", async () => {
  const done = await run({ "/scripts/a": "#!/bin/bash\n" }, { "/scripts/a": "" });
  expect(done.log).toEqual([
    'WARNING Script "/scripts/a" will not start: its interpreter "/bin/bash" is not there; there is /bin/sh, /usr/bin/ksh',
  ]);
});

test("env is asked for the program that it looks up", async () => {
  const files = { "/usr/bin/env": "", "/scripts/a": "#!/usr/bin/env python3\n" };
  const missing = await run(files, { "/scripts/a": { exitCode: 127 } });
  expect(missing.log[0]).toContain('its interpreter "python3" is not there');
  const present = await run(
    { ...files, "/scripts/../usr/bin/python3": "" },
    { "/scripts/a": { exitCode: 127 } },
  );
  expect(present.log).toEqual(["WARNING Failed running /scripts/a [127]"]);
});

test("a first line with CR LF is told", async () => {
  const done = await run(
    { "/scripts/a": "#!/bin/sh\r\necho\r\n" },
    { "/scripts/a": { exitCode: 127 } },
  );
  expect(done.log).toEqual([
    String.raw`WARNING Failed running /scripts/a [127]: its first line ends in CR LF, so that the system looks for "/bin/sh\r": write it with LF line ends`,
  ]);
});

test("files that are not executable are skipped with a warning, directories without", async () => {
  const done = await run(
    { "/scripts/README": "x", "/scripts/vendor/x": "x" },
    {},
    { modes: { "/scripts/README": 0o644 } },
  );
  expect(done.commands).toEqual([]);
  expect(done.log.filter((line) => line.startsWith("WARNING"))).toEqual([
    "WARNING skipping /scripts/README as its not executable or the underlying file system is mounted without executable permissions.",
  ]);
  expect(done.thrown).toBe("");
});

test("a link to a script runs under the link's name", async () => {
  const scripted = createScriptedSystem({
    files: { "/opt/x": "#!/bin/sh\n" },
    commands: { "/scripts/link": "" },
  });
  scripted.system.fs.setAttributes("/opt/x", { mode: 0o755 });
  scripted.system.fs.symlink("/opt/x", "/scripts/link");
  await runParts(createModuleContext(scripted.system).ctx, { directory: DIR });
  expect(scripted.commands).toEqual([["/scripts/link"]]);
});

test("a script that others may change is warned of and runs", async () => {
  const done = await run(
    { "/scripts/a": "#!/bin/sh\n" },
    { "/scripts/a": "" },
    { modes: { "/scripts/a": 0o777 } },
  );
  expect(done.commands.length).toBe(1);
  expect(done.log).toEqual([
    'WARNING Script "/scripts/a" runs as root and others may change it: its mode is 0777, 0700 is enough',
  ]);
});

test("a prefix stands before each script", async () => {
  const done = await run(
    { "/scripts/a": "#!/bin/sh\n" },
    { "/usr/bin/nice": "" },
    { prefix: ["/usr/bin/nice", "-n", "5"] },
  );
  expect(done.commands).toEqual([["/usr/bin/nice", "-n", "5", "/scripts/a"]]);
});
