// Host keys, keys that may log in and what the console shows of both, over first boot, second boot
// and re-deploy on a simulated AIX.
import { describe, expect, test } from "bun:test";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { machineChanges } from "../support/machine-state.ts";
import {
  buildDrive,
  createMachine,
  messagesAt,
  modeAt,
  resultOf,
  textAt,
} from "../support/sample-machine.ts";

const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };
const OTHER_ID = "0a1b2c3d-0000-4000-8000-000000000002";
const HOST_KEY = "/etc/ssh/ssh_host_ed25519_key";
const SSHD_CONFIG = "/etc/ssh/sshd_config";
const ROOT_KEYS = "/.ssh/authorized_keys";
const IMAGE_KEY = "the image's own";
const ADMIN = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp0 admin@example.com";
const OTHER = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp1 other@example.com";

const IMAGE = {
  [HOST_KEY]: IMAGE_KEY,
  [`${HOST_KEY}.pub`]: `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp9 image`,
  [ROOT_KEYS]: `# kept\n${OTHER}\n`,
};
const DATA = `#cloud-config\nssh_authorized_keys: ["${ADMIN}"]\n`;

function machine(userData: string): SimulatedAix {
  return createMachine({ drive: buildDrive({ userData }), files: IMAGE });
}

function changes(aix: SimulatedAix, mark = 0): readonly string[] {
  return machineChanges(aix, mark).filter((line) => /ssh/u.test(line));
}

/** The public key lines between the marks that cloud-init's users look for. */
function shownKeys(console: string): readonly string[] {
  const block = console.split("-----BEGIN SSH HOST KEY KEYS-----\n").at(-1) ?? "";
  return (block.split("-----END SSH HOST KEY KEYS-----")[0] ?? "").trim().split("\n");
}

function publicKeys(aix: SimulatedAix): readonly string[] {
  return ["ecdsa", "ed25519", "rsa"].map((type) =>
    textAt(aix, `/etc/ssh/ssh_host_${type}_key.pub`).trim(),
  );
}

describe("a deploy", () => {
  test("has host keys of its own, which later boots keep and the next deploy replaces", async () => {
    const aix = machine(DATA);
    expect(await runBoot(aix)).toEqual(CLEAN);
    const first = textAt(aix, HOST_KEY);
    const firstPublic = publicKeys(aix);
    expect(first).not.toContain(IMAGE_KEY);
    expect(firstPublic.join("\n")).not.toContain("IKp9");
    expect(modeAt(aix, HOST_KEY)).toBe("0600");
    expect(shownKeys(aix.output.console)).toEqual(firstPublic);
    const keygens = changes(aix).filter((line) => line.includes("ssh-keygen"));
    expect(keygens).toHaveLength(3);

    aix.reboot();
    const second = aix.changes.length;
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(changes(aix, second)).toEqual([]);
    expect(publicKeys(aix)).toEqual(firstPublic);

    aix.media.set("cd0", buildDrive({ userData: DATA, metaData: { uuid: OTHER_ID } }));
    aix.reboot();
    const third = aix.changes.length;
    expect(await runBoot(aix)).toEqual(CLEAN);
    const thirdPublic = publicKeys(aix);
    for (const [index, line] of thirdPublic.entries()) {
      expect(line).not.toBe(firstPublic[index]);
    }
    expect(shownKeys(aix.output.console)).toEqual(thirdPublic);
    expect(changes(aix, third).filter((line) => line.includes("ssh-keygen"))).toHaveLength(3);
    expect(aix.gaps).toEqual([]);
  });

  test("adds root's keys once, shows them on the console, and keeps those that are there", async () => {
    const aix = machine(DATA);
    expect(await runBoot(aix)).toEqual(CLEAN);
    const expected = `# kept\n${OTHER}\n${ADMIN}\n`;
    expect(textAt(aix, ROOT_KEYS)).toBe(expected);
    const table = aix.output.console
      .split("\n")
      .filter((line) => line.startsWith("ci-info: ") && /Authorized keys|@example/u.test(line));
    expect(table).toHaveLength(3);
    expect(table[0]).toContain("Authorized keys from /.ssh/authorized_keys for user root");
    expect(table.join("\n")).toContain("admin@example.com");

    aix.reboot();
    aix.media.set("cd0", buildDrive({ userData: DATA, metaData: { uuid: OTHER_ID } }));
    const mark = aix.changes.length;
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(textAt(aix, ROOT_KEYS)).toBe(expected);
    expect(changes(aix, mark).filter((line) => line.includes(ROOT_KEYS))).toEqual([]);
  });

  test("shows nothing where the configuration says so", async () => {
    const aix = machine(
      `${DATA}ssh: {emit_keys_to_console: false}\nno_ssh_fingerprints: true\nssh_quiet_keygen: true\n`,
    );
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(aix.output.console).not.toContain("SSH HOST KEY");
    expect(aix.output.console).not.toContain("Authorized keys");
    expect(changes(aix).filter((line) => line.includes("ssh-keygen -q"))).toHaveLength(3);
  });

  test("with a certificate names it in sshd_config, and no other byte differs", async () => {
    const certificate = "ssh-ed25519-cert-v01@openssh.com AAAA host";
    const text = `${DATA}ssh_keys: {ed25519_certificate: "${certificate}"}\n`;
    const aix = machine(text);
    const before = textAt(aix, SSHD_CONFIG);
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(textAt(aix, `${HOST_KEY}-cert.pub`)).toBe(`${certificate}\n`);
    expect(textAt(aix, SSHD_CONFIG)).toBe(`${before}HostCertificate ${HOST_KEY}-cert.pub\n`);
    expect(changes(aix)).toContain("command /usr/sbin/sshd -t -f /etc/ssh/sshd_config");
  });

  test("whose ids cannot be fetched says so for each, and the other keys are in", async () => {
    const aix = machine(`${DATA}ssh_import_id: ["gh:alice", "lp:../bob"]\n`);
    // The exit code counts failures.
    expect(await runBoot(aix)).toEqual({ ...CLEAN, "modules-config": 2 });
    expect(textAt(aix, ROOT_KEYS)).toContain(ADMIN);
    const told = [...resultOf(aix).errors, ...messagesAt(aix, "WARNING")].join("\n");
    expect(told).toContain('Cannot import SSH keys of "gh:alice" for user root');
    expect(told).toContain('Cannot import SSH keys of "lp:../bob" for user root');
    expect(
      aix.changes.some((change) => change.kind === "request" && change.url.includes("bob")),
    ).toBe(false);
  });
});
