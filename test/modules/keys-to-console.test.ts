import { describe, expect, test } from "bun:test";
import { keysToConsole } from "../../src/modules/keys-to-console.ts";
import type { ScriptedSystemOptions } from "../../src/simulator/scripted-system.ts";
import { type ModuleRun, runModule } from "../support/module-context.ts";

const ED25519 =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFy2kEJN1v0qE2iAv5yM0J6sQ2l7gGV5Uf2CnFkbq1C3 root@vm1";
const ECDSA =
  "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrYMjNuG5N87uRgg6CLrbo5wAdT/y6v0mKV0U2w0WZ2YB/++Tpockg= root@vm1";
const FILES = {
  "/usr/bin/logger": "",
  "/etc/ssh/ssh_host_ed25519_key.pub": `${ED25519}\n`,
  "/etc/ssh/ssh_host_ecdsa_key.pub": `${ECDSA}\n`,
  "/etc/ssh/ssh_host_ed25519_key": "PRIVATE\n",
  "/etc/ssh/ssh_host_broken_key.pub": "nothing\n",
};
const TOOL = "/opt/freeware/lib/cloud-init/write-ssh-key-fingerprints";

async function run(
  config: Readonly<Record<string, unknown>> = {},
  machine: ScriptedSystemOptions = {},
): Promise<ModuleRun & { readonly syslog: string }> {
  let syslog = "";
  const done = await runModule(keysToConsole, {
    config,
    machine: {
      platform: "aix",
      ...machine,
      files: { ...FILES, ...machine.files },
      commands: {
        "/usr/bin/logger -p user.info -t ec2": (_, options) => {
          syslog += options.stdin ?? "";
          return "";
        },
        ...machine.commands,
      },
    },
  });
  return { ...done, syslog };
}

test("public keys go to the console, fingerprints to syslog, private keys nowhere", async () => {
  const done = await run();
  expect(done.output.console).toBe(
    `-----BEGIN SSH HOST KEY KEYS-----\n${ECDSA}\n${ED25519}\n-----END SSH HOST KEY KEYS-----\n`,
  );
  const frame = "#".repeat(61);
  const lines = done.syslog.split("\n");
  expect(lines.slice(0, 2)).toEqual([frame, "-----BEGIN SSH HOST KEY FINGERPRINTS-----"]);
  expect(lines[2]).toMatch(/^256 SHA256:[A-Za-z0-9+/]{43} root@vm1 \(ECDSA\)$/u);
  expect(lines[3]).toMatch(/^256 SHA256:[A-Za-z0-9+/]{43} root@vm1 \(ED25519\)$/u);
  expect(lines.slice(4)).toEqual(["-----END SSH HOST KEY FINGERPRINTS-----", frame, ""]);
  expect(JSON.stringify([done.output, done.syslog, done.log])).not.toContain("PRIVATE");
  expect(done.failures).toEqual([]);
});

test("types can be left out of each", async () => {
  const done = await run({
    ssh_key_console_blacklist: ["ssh-ed25519"],
    ssh_fp_console_blacklist: ["ecdsa-sha2-nistp256"],
  });
  expect(done.output.console).not.toContain("ssh-ed25519");
  expect(done.output.console).toContain("ecdsa-sha2-nistp256");
  expect(done.syslog).not.toContain("(ECDSA)");
  expect(done.syslog).toContain("(ED25519)");
});

test("emit_keys_to_console: false shows none", async () => {
  const done = await run({ ssh: { emit_keys_to_console: false } });
  expect(done.output.console).toBe("");
  expect(done.commands).toEqual([]);
});

describe("a tool of the administrator's own", () => {
  const commands = { [`${TOOL} a,b c`]: "own text\n" };
  const config = { ssh_fp_console_blacklist: ["a", "b"], ssh_key_console_blacklist: ["c"] };

  test("is run in place of it", async () => {
    const done = await run(config, { files: { [TOOL]: "#!/bin/sh\n" }, commands });
    expect(done.output.console).toBe("own text\n");
    expect(done.syslog).toBe("");
  });

  test("that fails is a failure", async () => {
    const done = await run(config, {
      files: { [TOOL]: "" },
      commands: { [`${TOOL} a,b c`]: { exitCode: 3, stderr: "no" } },
    });
    expect(done.failures).toEqual([expect.stringContaining("ended with exit code 3")]);
  });
});

test("without logger and without keys the rest is done", async () => {
  const done = await runModule(keysToConsole, { machine: { platform: "linux" } });
  expect(done.output.console).toBe(
    "-----BEGIN SSH HOST KEY KEYS-----\n-----END SSH HOST KEY KEYS-----\n",
  );
  expect(done.failures).toEqual([]);
});
