// People and the machine's own settings through the built program: first boot, second boot, re-deploy.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fs from "node:fs";
import { canUseAixRoot, clearAixCalls, readAixCalls } from "../../scripts/aix-root.ts";
import {
  type AixScenario,
  type AixTestRoot,
  changeDisc,
  CLOUD_DIR,
  createAixScenario,
  OUTPUT_LOG,
} from "../support/aix-root-scenario.ts";
import { buildIso } from "../support/build-iso.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const TIMEOUT_MS = 120_000;
const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp0a8hVg9xcNqkQmJ3T1n1v5n0WkL2mZC8dXv9oR1Yc";
const SECRETS = ["Plain-Secret-1", "Second-Secret-2", "Log-Host-Secret"] as const;

const USER_DATA = `#cloud-config
locale: en_US.UTF-8
timezone: Europe/Berlin
ssh_pwauth: false
groups: [dba, {ops: [root]}]
users:
  - default
  - name: alice
    gecos: Alice Example
    groups: dba, ops
    shell: /usr/bin/ksh
    plain_text_passwd: ${SECRETS[0]}
    lock_passwd: false
    sudo: ["ALL=(ALL) NOPASSWD: ALL"]
    ssh_authorized_keys: ["${KEY} alice@example.com"]
  - {name: "bad:name"}
  - name: bob
    expiredate: "2031-05-06"
chpasswd:
  expire: false
  users:
    - {name: bob, password: ${SECRETS[1]}, type: text}
    - {name: nobody-here, password: ${SECRETS[2]}, type: text}
random_seed: {file: /var/seed, data: "seed of the user"}
ntp: {servers: [192.0.2.123]}
rsyslog: {configs: ["*.* @192.0.2.50"]}
`;

const drive = (uuid: string): Uint8Array =>
  buildIso({
    files: {
      "openstack/latest/meta_data.json": JSON.stringify({ uuid, hostname: "vm1.example.com" }),
      "openstack/latest/user_data": USER_DATA,
    },
  });

const FIRST = "1ba9e6b0-0005-4000-8000-000000000001";
const SECOND = "1ba9e6b0-0005-4000-8000-000000000002";

/** What people and settings are made of. */
const FILES = [
  "/etc/passwd",
  "/etc/group",
  "/etc/security/passwd",
  "/etc/security/user",
  "/etc/environment",
  "/etc/ssh/sshd_config",
  "/etc/ntp.conf",
  "/etc/syslog.conf",
  "/home/alice/.ssh/authorized_keys",
  "/var/seed",
] as const;

describe.skipIf(requireOrSkip(canUseAixRoot()))("people and settings on AIX", () => {
  let scenario: AixScenario;
  let root: AixTestRoot;
  const state = (): Readonly<Record<string, string>> =>
    Object.fromEntries(FILES.map((file) => [file, root.exists(file) ? root.read(file) : ""]));
  const hostKey = (): string => root.read("/etc/ssh/ssh_host_ed25519_key.pub");

  beforeAll(async () => {
    scenario = createAixScenario();
    root = await scenario.image();
    changeDisc(root, drive(FIRST));
    await root.boot();
  }, TIMEOUT_MS);

  afterAll(() => scenario.removeAll());

  test("users are there with groups, keys, password and sudo; a bad one does not stop the next", () => {
    expect(root.read("/etc/passwd")).toMatch(
      /^alice:!:\d+:\d+:Alice Example:\/home\/alice:\/usr\/bin\/ksh$/mu,
    );
    expect(root.read("/etc/passwd")).toMatch(/^bob:/mu);
    expect(root.read("/etc/group")).toMatch(/^dba:!:\d+:alice$/mu);
    expect(root.read("/etc/group")).toMatch(/^ops:!:\d+:(?:root,alice|alice,root)$/mu);
    expect(root.read("/home/alice/.ssh/authorized_keys")).toContain(KEY);
    expect(fs.statSync(`${root.path}/home/alice/.ssh/authorized_keys`).mode & 0o777).toBe(0o600);
    const sudoers = root.read("/etc/sudoers.d/90-cloud-init-users");
    expect(sudoers).toContain("alice ALL=(ALL) NOPASSWD: ALL");
    const passwords = root.read("/etc/security/passwd");
    expect(passwords).toMatch(/^alice:\n(?:\t.*\n)*\tpassword = (?!\*)\S+/mu);
    expect(passwords).toMatch(/^bob:\n(?:\t.*\n)*\tpassword = (?!\*)\S+/mu);
    expect(root.read("/etc/security/user")).toMatch(/^bob:\n(?:\t.*\n)*\texpires = 0506\d{4}31/mu);
  });

  test("locale, time zone, time servers, log hosts, random seed and sshd are as wished", () => {
    expect(root.read("/etc/environment")).toMatch(/^LANG=(?:EN_US|en_US\.UTF-8|EN_US\.UTF-8)$/mu);
    expect(root.read("/etc/environment")).toMatch(/^TZ=Europe\/Berlin$/mu);
    expect(root.read("/etc/ntp.conf")).toMatch(/^server 192\.0\.2\.123\b/mu);
    expect(root.read("/etc/syslog.conf")).toMatch(/^\*\.debug\s+@192\.0\.2\.50$/mu);
    expect(root.read("/var/seed")).toContain("seed of the user");
    expect(root.read("/etc/ssh/sshd_config")).toMatch(/^PasswordAuthentication no$/mu);
  });

  test("what could not be done is said, with the user's name and never with a password", async () => {
    const result = root.read(`${CLOUD_DIR}/data/result.json`);
    expect(result).toContain("bad:name");
    expect(result).toContain("nobody-here");
    const failed = await root.agent("status", "--failed");
    expect(failed.stdout).toContain("nobody-here");
    const calls = JSON.stringify(readAixCalls(root.path));
    const written = ["/var/log/cloud-init.log", OUTPUT_LOG, `${CLOUD_DIR}/instance/ledger.jsonl`]
      .map((file) => root.read(file))
      .concat(
        result,
        failed.stdout,
        failed.stderr,
        calls,
        root.read(`${CLOUD_DIR}/data/status.json`),
      );
    for (const secret of SECRETS) {
      expect(written.filter((text) => text.includes(secret))).toEqual([]);
    }
  });

  test(
    "the second boot changes nothing",
    async () => {
      const before = { ...state(), key: hostKey() };
      clearAixCalls(root.path);

      const { exitCode } = await root.boot();

      expect(exitCode).toBe(0);
      expect({ ...state(), key: hostKey() }).toEqual(before);
      const names = readAixCalls(root.path).map(({ argv }) => argv[0] ?? "");
      for (const name of [
        "mkuser",
        "chpasswd",
        "mkgroup",
        "chgrpmem",
        "chtz",
        "chlang",
        "stopsrc",
      ]) {
        expect(names).not.toContain(name);
      }
    },
    TIMEOUT_MS,
  );

  test(
    "a re-deploy keeps users and their keys, makes new host keys and repeats nothing that is there",
    async () => {
      const before = state();
      const key = hostKey();
      changeDisc(root, drive(SECOND));

      await root.boot();

      expect(hostKey()).not.toBe(key);
      const after = state();
      for (const file of FILES.filter((name) => !/security\/passwd|seed/u.test(name))) {
        expect(after[file]).toBe(before[file] ?? "");
      }
      expect(after["/etc/passwd"]?.match(/^alice:/gmu)).toHaveLength(1);
    },
    TIMEOUT_MS,
  );
});
