import { expect, test } from "bun:test";
import { bootcmd } from "../../src/modules/bootcmd.ts";
import { runModule } from "../support/module-context.ts";

const SCRIPT = "/run/cloud-init/bootcmd.sh";

test("the commands run as one private script with the instance-id, which is removed", async () => {
  let seen: unknown;
  const done = await runModule(bootcmd, {
    config: { bootcmd: ["echo one", ["echo", "it's"]] },
    lines: { bootcmd: 4 },
    machine: {
      platform: "aix",
      commands: {
        "/bin/sh": (_argv, options) => {
          seen = options;
          return { stdout: "one\n" };
        },
      },
    },
  });
  expect(done.failures).toEqual([]);
  expect(done.changes).toMatchObject([
    { kind: "write", path: SCRIPT, mode: 0o600 },
    { kind: "command", argv: ["/bin/sh", SCRIPT], owner: "user" },
    { kind: "remove", path: SCRIPT },
  ]);
  expect(seen).toMatchObject({
    output: "inherit",
    okExitCodes: "any",
    env: { INSTANCE_ID: "i-test" },
  });
  expect(done.output.stdout).toBe("one\n");
  expect(done.ledger).toMatchObject([
    { kind: "command", what: "bootcmd", outcome: "ok", exitCode: 0, line: 4 },
  ]);
});

test("an exit code other than 0 is a failure with the last line", async () => {
  const done = await runModule(bootcmd, {
    entryName: "bootcmd",
    config: { bootcmd: ["false"] },
    machine: { commands: { "/bin/sh": { exitCode: 3, stderr: "first\nno such thing\n" } } },
  });
  expect(done.failures).toEqual([
    "Failed to run bootcmd module bootcmd: the last command ended with exit code 3: no such thing",
  ]);
  expect(done.ledger).toMatchObject([
    { outcome: "failed", exitCode: 3, reason: "exit code 3", stderr: "first\nno such thing" },
  ]);
  expect(done.system.fs.stat(SCRIPT)).toBeUndefined();
});

test("an item that is no command fails with its line, and the others run", async () => {
  const done = await runModule(bootcmd, {
    config: { bootcmd: [{ secret: "x" }, "true"] },
    lines: { "bootcmd.0": 9 },
    machine: { commands: { "/bin/sh": "" } },
  });
  expect(done.failures).toEqual([
    'user-data:9: Cannot make a command of bootcmd[0]: expected a string or a list of strings, got a mapping (a command with ": " in it must be written in quotes)',
  ]);
  expect(done.commands.length).toBe(1);
});

test("no list, an empty list and a list of comments run nothing", async () => {
  for (const value of [undefined, null, [], [null]]) {
    const done = await runModule(bootcmd, { config: { bootcmd: value } });
    expect([done.failures, done.changes]).toEqual([[], []]);
  }
  const text = await runModule(bootcmd, { config: { bootcmd: "echo" } });
  expect(text.failures).toEqual(["Cannot use bootcmd: expected a list, got text"]);
});
