import { describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { createAixServices } from "../../src/distros/aix/services.ts";
import { createAixUsers } from "../../src/distros/aix/users.ts";
import { ssh } from "../../src/modules/ssh.ts";
import {
  bootSimulatedAix,
  type SimulatedAix,
  type SimulatedAixOptions,
} from "../../src/simulator/aix/simulated-aix.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { readText } from "../../src/system/files.ts";
import { planSystem } from "../../src/system/planned-system.ts";
import type { System } from "../../src/system/system.ts";
import {
  createTestDistro,
  createTestLogger,
  type ModuleRun,
  type ModuleRunOptions,
  runModule,
} from "../support/module-context.ts";

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA admin@example.com";
const CLOUD = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB cloud@example.com";
const ROOT = { default_user: { name: "root", lock_passwd: false } };
const IMAGE = {
  files: { "/etc/ssh/ssh_host_rsa_key": "image\n", "/etc/ssh/ssh_host_dsa_key.pub": "x" },
};
const SSH_OFF = { disable_root: false, users: ["default"] };

function runOn(
  aix: SimulatedAix,
  config: Record<string, unknown>,
  options: ModuleRunOptions = {},
  system: System = aix.system,
): Promise<ModuleRun> {
  const ctx = { sys: system, log: createTestLogger([]), systemInfo: {} };
  const distro = {
    ...createTestDistro(system),
    users: createAixUsers(ctx),
    services: createAixServices(ctx),
  };
  return runModule(ssh, { config, systemInfo: ROOT, ...options, system, distro });
}

async function run(
  config: Record<string, unknown>,
  options: ModuleRunOptions = {},
  seed: SimulatedAixOptions = IMAGE,
) {
  const aix = bootSimulatedAix(seed);
  const result = await runOn(aix, config, options);
  const argvs = aix.changes.flatMap((change) =>
    change.kind === "command" ? [change.argv.join(" ")] : [],
  );
  const hostKeys = (): readonly string[] =>
    aix.system.fs.list("/etc/ssh").filter((name) => name.startsWith("ssh_host_"));
  return { ...result, aix, fs: aix.system.fs, argvs, hostKeys };
}

describe("host keys", () => {
  test("those of the image go, and one of each type is made", async () => {
    const { hostKeys, fs, argvs, failures, aix, output } = await run({ ...SSH_OFF });
    expect(hostKeys()).toEqual([
      "ssh_host_ecdsa_key",
      "ssh_host_ecdsa_key.pub",
      "ssh_host_ed25519_key",
      "ssh_host_ed25519_key.pub",
      "ssh_host_rsa_key",
      "ssh_host_rsa_key.pub",
    ]);
    expect(readText(fs, "/etc/ssh/ssh_host_rsa_key")).not.toContain("image");
    expect(argvs[0]).toBe("/usr/bin/ssh-keygen -t rsa -N  -f /etc/ssh/ssh_host_rsa_key");
    expect(argvs).toHaveLength(3);
    expect(failures).toEqual([]);
    expect(aix.gaps).toEqual([]);
    expect(output.stderr).toBe("");
  });

  test("a second run changes nothing, and one for another instance makes new ones", async () => {
    const { aix, fs } = await run({ ...SSH_OFF }, { instance: { publicKeys: [CLOUD] } });
    const before = readText(fs, "/etc/ssh/ssh_host_rsa_key.pub");
    const count = aix.changes.length;
    await runOn(aix, { ...SSH_OFF }, { instance: { publicKeys: [CLOUD] } });
    expect(aix.changes).toHaveLength(count);
    await runOn(aix, { ...SSH_OFF }, { instance: { id: "i-other" } });
    expect(readText(fs, "/etc/ssh/ssh_host_rsa_key.pub")).not.toBe(before);
  });

  test("a plan lists the changes that the run makes", async () => {
    const planned = bootSimulatedAix(IMAGE);
    const plan = planSystem(planned.system);
    const options = { instance: { publicKeys: [CLOUD] } };
    await runOn(planned, { ...SSH_OFF }, options, plan.system);
    const real = bootSimulatedAix(IMAGE);
    await runOn(real, { ...SSH_OFF }, options);
    expect(plan.changes).toEqual(real.changes);
    expect(planned.changes).toEqual([]);
  });

  test("a type that OpenSSH no longer makes is left out quietly, a bad name is a failure", async () => {
    const { failures, log, hostKeys } = await run({
      ...SSH_OFF,
      ssh_genkeytypes: ["rsa", "dsa", "../x"],
    });
    expect(hostKeys()).toEqual(["ssh_host_rsa_key", "ssh_host_rsa_key.pub"]);
    expect(failures).toEqual([
      'Cannot make a host key of type "../x": expected a name such as rsa, ecdsa or ed25519',
    ]);
    expect(log.join("\n")).toContain("DEBUG This OpenSSH makes no host key of type dsa");
  });

  test("of what ssh-keygen prints the log has the fingerprint, and with ssh_quiet_keygen nothing", async () => {
    const print =
      "Your public key has been saved\nThe key fingerprint is:\nSHA256:abc root@vm1\n|  .oO+B |\n";
    for (const isQuiet of [false, true]) {
      const { system, commands, output } = createScriptedSystem({
        files: { "/usr/bin/ssh-keygen": "x", "/etc/ssh/ssh_host_rsa_key": "mine\n" },
        commands: { "/usr/bin/ssh-keygen": print },
      });
      const result = await runModule(ssh, {
        config: { ssh_genkeytypes: ["ed25519"], ssh_quiet_keygen: isQuiet, ssh_deletekeys: false },
        system,
        distro: createTestDistro(system),
      });
      const log = result.log.join("\n");
      expect(output.stdout).toBe("");
      expect(log.includes("SHA256:abc root@vm1")).toBe(!isQuiet);
      expect(log).not.toContain(".oO+B");
      expect(commands[0]?.includes("-q")).toBe(isQuiet);
    }
  });

  test("ssh_publish_hostkeys is taken, and the log says that it has no effect", async () => {
    const { failures, log } = await run({ ...SSH_OFF, ssh_publish_hostkeys: { enabled: true } });
    expect(failures).toEqual([]);
    expect(log.join("\n")).toContain("DEBUG ssh_publish_hostkeys has no effect");
  });

  test("ssh_deletekeys: false keeps the image's, warns, and makes what is missing", async () => {
    const { fs, hostKeys, log } = await run({ ...SSH_OFF, ssh_deletekeys: false });
    expect(readText(fs, "/etc/ssh/ssh_host_rsa_key")).toBe("image\n");
    expect(hostKeys()).toContain("ssh_host_ed25519_key");
    expect(log.join("\n")).toContain("WARNING ssh_deletekeys is false: host keys that came with");
  });

  const PEM = String(
    generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }),
  );

  test("given keys are written as they are, the public one is derived, and none is made", async () => {
    const { fs, hostKeys, argvs, failures } = await run({
      ...SSH_OFF,
      ssh_keys: { ed25519_private: PEM, rsa_private: "R", rsa_public: "ssh-rsa AAAA host" },
    });
    expect(hostKeys()).toEqual([
      "ssh_host_ed25519_key",
      "ssh_host_ed25519_key.pub",
      "ssh_host_rsa_key",
      "ssh_host_rsa_key.pub",
    ]);
    expect(readText(fs, "/etc/ssh/ssh_host_ed25519_key.pub")).toMatch(/^ssh-ed25519 AAAA.*\n$/u);
    expect(readText(fs, "/etc/ssh/ssh_host_rsa_key")).toBe("R\n");
    expect(fs.stat("/etc/ssh/ssh_host_ed25519_key")).toMatchObject({ mode: 0o600, uid: 0 });
    expect(fs.stat("/etc/ssh/ssh_host_rsa_key.pub")?.mode).toBe(0o644);
    expect(argvs).toEqual([]);
    expect(failures).toEqual([]);
  });

  test("keys that cannot be used fail with their place and without their text", async () => {
    const { failures, fs } = await run(
      { ...SSH_OFF, ssh_keys: { rsa_private: "hunter2", foo_private: "hunter2", dsa_public: 5 } },
      { lines: { "ssh_keys.rsa_private": 3, "ssh_keys.foo_private": 4 } },
    );
    expect(failures).toHaveLength(3);
    expect(failures[0]).toStartWith(
      "user-data:3: Cannot make the public key of ssh_keys.rsa_private",
    );
    expect(failures[1]).toStartWith("user-data:4: Cannot use ssh_keys.foo_private");
    expect(failures.join()).not.toContain("hunter2");
    expect(readText(fs, "/etc/ssh/ssh_host_rsa_key")).toBe("hunter2\n");
  });

  test("a certificate is written and named in sshd_config, once and before the first Match", async () => {
    const files = { "/etc/ssh/sshd_config": "# ours\nPort 22\nMatch User x\n  PermitTTY no" };
    const config = {
      ...SSH_OFF,
      ssh_keys: { ed25519_private: PEM, ed25519_certificate: "cert AAAA" },
    };
    const { fs, aix, failures } = await run(config, {}, { files });
    const wanted =
      "# ours\nPort 22\nHostCertificate /etc/ssh/ssh_host_ed25519_key-cert.pub\nMatch User x\n  PermitTTY no";
    expect(readText(fs, "/etc/ssh/sshd_config")).toBe(wanted);
    expect(failures).toEqual([]);
    const count = aix.changes.length;
    await runOn(aix, config);
    expect(aix.changes).toHaveLength(count);
  });

  test("a configuration that sshd refuses is put back", async () => {
    const text = "Port 22\n";
    const aix = bootSimulatedAix({
      files: { "/etc/ssh/sshd_config": text, "/usr/sbin/sshd": "" },
    });
    const { exec } = aix.system;
    const system: System = {
      ...aix.system,
      exec: {
        ...exec,
        run: async (argv, options) =>
          argv[0] === "/usr/sbin/sshd"
            ? { exitCode: 255, stdout: "", stderr: "bad\n", timedOut: false, durationMs: 1 }
            : exec.run(argv, options),
      },
    };
    const config = { ...SSH_OFF, ssh_keys: { ed25519_private: PEM, ed25519_certificate: "c" } };
    const { failures } = await runOn(aix, config, {}, system);
    expect(readText(aix.system.fs, "/etc/ssh/sshd_config")).toBe(text);
    expect(failures).toEqual([
      "Cannot add the host certificates: sshd refuses the configuration, and /etc/ssh/sshd_config is as it was: bad",
    ]);
  });

  test("sshd is restarted if it runs and a key has changed, and else not", async () => {
    const aix = bootSimulatedAix(IMAGE);
    await aix.system.exec.run(["/usr/bin/startsrc", "-s", "sshd"]);
    const restarts = (): number =>
      aix.changes.filter((c) => c.kind === "command" && c.argv[0] === "/usr/bin/stopsrc").length;
    await runOn(aix, { ...SSH_OFF });
    expect(restarts()).toBe(1);
    await runOn(aix, { ...SSH_OFF });
    expect(restarts()).toBe(1);
    expect(aix.gaps).toEqual([]);
  });
});

describe("keys that may log in", () => {
  const options = { instance: { publicKeys: [CLOUD] } };
  const KEYS = { ssh_authorized_keys: [KEY] };
  const ALICE = { ...options, systemInfo: { default_user: { name: "alice" } } };

  test("root as the default user gets them once, and they work whatever disable_root says", async () => {
    for (const disable of [{}, { disable_root: true }, { disable_root: false }]) {
      const { fs } = await run({ users: ["default"], ...KEYS, ...disable }, options);
      expect(readText(fs, "/.ssh/authorized_keys")).toBe(`${CLOUD}\n${KEY}\n`);
    }
  });

  async function withAlice(config: Record<string, unknown>): Promise<SimulatedAix> {
    const aix = bootSimulatedAix();
    await aix.system.exec.run(["/usr/bin/mkuser", "alice"]);
    const { failures } = await runOn(aix, { users: ["default"], ...KEYS, ...config }, ALICE);
    expect(failures).toEqual([]);
    return aix;
  }

  test("another default user gets them, and root's of every type only tell to use that one", async () => {
    const { fs } = (await withAlice({})).system;
    expect(readText(fs, "/home/alice/.ssh/authorized_keys")).toBe(`${CLOUD}\n${KEY}\n`);
    const lines = readText(fs, "/.ssh/authorized_keys").trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(line).toStartWith(
        String.raw`no-port-forwarding,no-agent-forwarding,no-X11-forwarding,command="echo 'Please login as the user \"alice\" rather than the user \"root\".'`,
      );
    }
  });

  test("disable_root: false gives root the same keys, disable_root_opts other options", async () => {
    const same = (await withAlice({ disable_root: false })).system.fs;
    expect(readText(same, "/.ssh/authorized_keys")).toBe(`${CLOUD}\n${KEY}\n`);
    const other = (await withAlice({ disable_root_opts: 'command="echo $DISABLE_USER: $USER"' }))
      .system.fs;
    expect(readText(other, "/.ssh/authorized_keys")).toStartWith(
      `command="echo root: alice" ${CLOUD}\n`,
    );
  });

  test("allow_public_ssh_keys: false leaves the cloud's keys out", async () => {
    const { fs } = await run({ ...SSH_OFF, ...KEYS, allow_public_ssh_keys: false }, options);
    expect(readText(fs, "/.ssh/authorized_keys")).toBe(`${KEY}\n`);
  });

  test("without keys no file is made", async () => {
    const { fs } = await run({ ...SSH_OFF });
    expect(fs.stat("/.ssh")).toBeUndefined();
  });

  test("a default user that is not there is a failure, and root gets the keys", async () => {
    const { fs, failures } = await run({ users: ["default"], disable_root: false }, ALICE);
    expect(failures).toEqual([
      'Applying ssh credentials of user alice failed: Cannot add SSH keys of user "alice": there is no such user',
    ]);
    expect(readText(fs, "/.ssh/authorized_keys")).toBe(`${CLOUD}\n`);
  });
});
