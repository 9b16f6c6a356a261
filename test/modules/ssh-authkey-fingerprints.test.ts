import { describe, expect, test } from "bun:test";
import { sshAuthkeyFingerprints } from "../../src/modules/ssh-authkey-fingerprints.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { createTestDistro, type ModuleRun, runModule } from "../support/module-context.ts";

const BODY = "AAAAC3NzaC1lZDI1NTE5AAAAIFy2kEJN1v0qE2iAv5yM0J6sQ2l7gGV5Uf2CnFkbq1C3";

function run(
  config: Readonly<Record<string, unknown>>,
  files: Readonly<Record<string, string>> = {},
): Promise<ModuleRun> {
  const scripted = createScriptedSystem({ platform: "aix", files });
  const base = createTestDistro(scripted.system);
  return runModule(sshAuthkeyFingerprints, {
    config: { users: ["default"], ...config },
    system: scripted.system,
    entryName: "ssh-authkey-fingerprints",
    systemInfo: { default_user: { name: "root" } },
    distro: {
      ...base,
      users: {
        ...base.users,
        find: async (name) =>
          name === "root"
            ? { name, uid: 0, home: "/" }
            : name === "alice"
              ? { name, uid: 205, home: "/home/alice" }
              : undefined,
      },
    },
  }).then((done) => ({ ...done, output: scripted.output }));
}

const KEYS = {
  "/.ssh/authorized_keys": `# ours\nssh-ed25519 ${BODY} admin@example.com\nno-pty,command="a b" ssh-ed25519 ${BODY}\nnonsense\n`,
};

test("a table for each user, as cloud-init prints it", async () => {
  const done = await run({ authkey_hash: "md5" }, KEYS);
  const lines = done.output.console.trimEnd().split("\n");
  expect(lines[0]).toMatch(
    /^ci-info: \++Authorized keys from \/\.ssh\/authorized_keys for user root\++$/u,
  );
  expect(lines[2]).toMatch(
    /^ci-info: \| +Keytype +\| +Fingerprint \(md5\) +\| +Options +\| +Comment +\|$/u,
  );
  expect(lines[4]).toMatch(
    /^ci-info: \| ssh-ed25519 \| (?:[0-9a-f]{2}:){15}[0-9a-f]{2} \| +- +\| admin@example\.com \|$/u,
  );
  expect(lines[5]).toMatch(/\| no-pty,command="a b" \| +- +\|$/u);
  expect(lines).toHaveLength(7);
  expect(done.failures).toEqual([]);
});

test("sha256 is the default, an unknown one is said and not used", async () => {
  const pairs = /(?:[0-9a-f]{2}:){31}[0-9a-f]{2}/u;
  expect((await run({}, KEYS)).output.console).toMatch(pairs);
  const done = await run({ authkey_hash: "crc32" }, KEYS);
  expect(done.failures).toEqual([expect.stringContaining("expected md5, sha256, sha512")]);
  expect(done.output.console).toMatch(pairs);
});

describe("users", () => {
  test("without keys, and those that are not there", async () => {
    const done = await run({ users: ["default", "alice", "nobody-here"] }, KEYS);
    expect(done.output.console).toContain(
      "ci-info: no authorized SSH keys fingerprints found for user alice.\n",
    );
    expect(done.log.join("\n")).toContain("there is no such user");
    expect(done.failures).toEqual([]);
  });

  test("have their keys where sshd looks", async () => {
    const done = await run(
      { users: ["alice"] },
      {
        "/etc/ssh/sshd_config": "AuthorizedKeysFile /etc/keys/%u .ssh/own\n",
        "/etc/keys/alice": `ssh-ed25519 ${BODY} a@example.com\n`,
      },
    );
    expect(done.output.console).toContain("Authorized keys from /etc/keys/alice for user alice");
  });
});

test("no_ssh_fingerprints shows none, and false shows them", async () => {
  expect((await run({ no_ssh_fingerprints: true }, KEYS)).output.console).toBe("");
  expect((await run({ no_ssh_fingerprints: false }, KEYS)).output.console).not.toBe("");
});
