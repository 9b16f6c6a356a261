import { expect, test } from "bun:test";
import { runcmd } from "../../src/modules/runcmd.ts";
import { INSTANCE_DIR, runModule } from "../support/module-context.ts";

test("the commands become a script that only root can run", async () => {
  const done = await runModule(runcmd, { config: { runcmd: ["ls -l /", ["echo", "a b"]] } });
  expect(done.failures).toEqual([]);
  expect(done.changes).toEqual([
    {
      kind: "write",
      path: `${INSTANCE_DIR}/scripts/runcmd`,
      mode: 0o700,
      content: new TextEncoder().encode("#!/bin/sh\nls -l /\n'echo' 'a b'\n"),
    },
  ]);
});

test("an item that is no command fails without its content, the others are written", async () => {
  const done = await runModule(runcmd, {
    config: { runcmd: ["echo 1", 12, "echo 2"] },
    lines: { "runcmd.1": 27 },
  });
  expect(done.failures).toEqual([
    "user-data:27: Cannot make a command of runcmd[1]: expected a string or a list of strings, got a number",
  ]);
  expect(done.changes.length).toBe(1);
});
