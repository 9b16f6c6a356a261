import { describe, expect, test } from "bun:test";
import {
  ensureAuthorizedKeysFile,
  type KeyOwner,
  type KeyRequest,
} from "../../../src/distros/posix/authorized-keys-file.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import { readText } from "../../../src/system/files.ts";
import type { FileSystem } from "../../../src/system/system.ts";
import { createTestLogger } from "../../support/module-context.ts";

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA alice@example.com";
const OTHER = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB bob@example.com";
const ALICE: KeyOwner = { name: "alice", home: "/home/alice", uid: 205, owner: "alice:staff" };

interface Run {
  readonly user?: KeyOwner;
  readonly request?: KeyRequest;
  readonly sshd?: string;
  readonly prepare?: (fs: FileSystem) => void;
}

function run({ user = ALICE, request = { keys: [KEY] }, sshd, prepare }: Run = {}) {
  const { system, changes } = createScriptedSystem({
    files: {
      "/etc/passwd": "root:!:0:0::/:\nalice:!:205:1::/home/alice:\nmallory:!:666:1::/:\n",
      "/etc/group": "system:!:0:\nstaff:!:1:\n",
      ...(sshd === undefined ? {} : { "/etc/ssh/sshd_config": sshd }),
    },
  });
  const { fs } = system;
  fs.makeDirectory("/home/alice", { mode: 0o755, owner: "alice:staff" });
  prepare?.(fs);
  const log: string[] = [];
  const ensure = (): void => ensureAuthorizedKeysFile(system, createTestLogger(log), user, request);
  const before = changes.length;
  return { fs, log, ensure, changed: () => changes.slice(before) };
}

describe("ensureAuthorizedKeysFile", () => {
  test("makes .ssh and the file for the user alone", () => {
    const { fs, ensure, log } = run();
    ensure();
    expect(readText(fs, "/home/alice/.ssh/authorized_keys")).toBe(`${KEY}\n`);
    expect(fs.stat("/home/alice/.ssh")).toMatchObject({ mode: 0o700, uid: 205, gid: 1 });
    expect(fs.stat("/home/alice/.ssh/authorized_keys")).toMatchObject({
      mode: 0o600,
      uid: 205,
      gid: 1,
    });
    expect(log).toEqual([]);
  });

  test("a second time changes nothing", () => {
    const { ensure, changed } = run();
    ensure();
    const count = changed().length;
    ensure();
    expect(changed()).toHaveLength(count);
  });

  test("the home of root is / and its keys are in /.ssh", () => {
    const root = { name: "root", home: "/", uid: 0, owner: "root:system" };
    const { fs, ensure } = run({ user: root });
    ensure();
    expect(readText(fs, "/.ssh/authorized_keys")).toBe(`${KEY}\n`);
    expect(fs.stat("/.ssh")).toMatchObject({ mode: 0o700, uid: 0 });
  });

  test("options go before each key in place of its own", () => {
    const request = { keys: [`from="*" ${KEY}\n# comment\n\n${OTHER}`], options: "no-pty" };
    const { fs, ensure } = run({ request });
    ensure();
    expect(readText(fs, "/home/alice/.ssh/authorized_keys")).toBe(
      `no-pty ${KEY}\nno-pty ${OTHER}\n`,
    );
  });

  test("what is no key is left out and said", () => {
    const { fs, ensure, log } = run({ request: { keys: ["hello world", KEY] } });
    ensure();
    expect(readText(fs, "/home/alice/.ssh/authorized_keys")).toBe(`${KEY}\n`);
    expect(log[0]).toContain(
      'WARNING Cannot use an SSH key of user "alice": it begins with "hello"',
    );
  });

  test("without a usable key nothing is made", () => {
    const { ensure, changed } = run({ request: { keys: ["", "# nothing"] } });
    ensure();
    expect(changed()).toEqual([]);
  });

  test("a file that is there keeps its other keys and its mode", () => {
    const path = "/home/alice/.ssh/authorized_keys";
    const { fs, ensure } = run({
      prepare(fs) {
        fs.makeDirectory("/home/alice/.ssh", { mode: 0o750, owner: "alice:staff" });
        fs.write(path, `${OTHER}\n`, { mode: 0o640, owner: "alice:staff" });
      },
    });
    ensure();
    expect(readText(fs, path)).toBe(`${OTHER}\n${KEY}\n`);
    expect(fs.stat(path)?.mode).toBe(0o640);
    expect(fs.stat("/home/alice/.ssh")?.mode).toBe(0o750);
  });

  test("modes that sshd refuses and root's files become the user's own", () => {
    const path = "/home/alice/.ssh/authorized_keys";
    const { fs, ensure } = run({
      prepare(fs) {
        fs.makeDirectory("/home/alice/.ssh", { mode: 0o777 });
        fs.write(path, `${KEY}\n`, { mode: 0o666 });
      },
    });
    ensure();
    expect(fs.stat("/home/alice/.ssh")).toMatchObject({ mode: 0o700, uid: 205 });
    expect(fs.stat(path)).toMatchObject({ mode: 0o600, uid: 205 });
  });

  test.each([
    [".ssh/other_keys", "/home/alice/.ssh/other_keys"],
    ["%h/keys", "/home/alice/keys"],
    ["/etc/ssh/shared_keys .ssh/second", "/home/alice/.ssh/second"],
    ["/etc/ssh/keys/%u /etc/ssh/shared", "/etc/ssh/keys/alice"],
    ["/keys/100%%/%u", "/keys/100%/alice"],
    ['"%h/a b/keys"', "/home/alice/a b/keys"],
  ])("AuthorizedKeysFile %s means %s", (setting, path) => {
    const { fs, ensure } = run({ sshd: `AuthorizedKeysFile ${setting}\n` });
    ensure();
    expect(readText(fs, path)).toBe(`${KEY}\n`);
  });

  test("directories outside the home are root's, with the user's file in it", () => {
    const { fs, ensure } = run({ sshd: "AuthorizedKeysFile /etc/ssh/keys/%u\n" });
    ensure();
    expect(fs.stat("/etc/ssh/keys")).toMatchObject({ mode: 0o755, uid: 0 });
    expect(fs.stat("/etc/ssh/keys/alice")).toMatchObject({ mode: 0o600, uid: 205 });
  });

  test.each(["/etc/ssh/one_for_all", "none"])(
    "a file that is not the user's own (%s) is not touched, and that is said",
    (setting) => {
      const { fs, ensure, log } = run({ sshd: `AuthorizedKeysFile ${setting}\n` });
      ensure();
      expect(readText(fs, "/home/alice/.ssh/authorized_keys")).toBe(`${KEY}\n`);
      expect(fs.stat("/etc/ssh/one_for_all")).toBeUndefined();
      expect(log[0]).toContain("where sshd does not look");
    },
  );

  const unsafe: readonly (readonly [string, (fs: FileSystem) => void, string])[] = [
    [
      "a link as .ssh",
      (fs) => fs.symlink("/etc", "/home/alice/.ssh"),
      '"/home/alice/.ssh" is a symbolic link',
    ],
    [
      "a link as the file",
      (fs) => {
        fs.makeDirectory("/home/alice/.ssh", { mode: 0o700, owner: "alice" });
        fs.symlink("/etc/passwd", "/home/alice/.ssh/authorized_keys");
      },
      "it is a symbolic link",
    ],
    [
      "a file as .ssh",
      (fs) => fs.write("/home/alice/.ssh", "x", { owner: "alice" }),
      '"/home/alice/.ssh" is not a directory',
    ],
    [
      "a directory as the file",
      (fs) => fs.makeDirectory("/home/alice/.ssh/authorized_keys", { owner: "alice" }),
      "it is not a file",
    ],
    [
      "a foreign .ssh",
      (fs) => fs.makeDirectory("/home/alice/.ssh", { owner: "mallory" }),
      '"/home/alice/.ssh" belongs to uid 666',
    ],
    [
      "a foreign file",
      (fs) => fs.write("/home/alice/.ssh/authorized_keys", "", { owner: "mallory" }),
      "it belongs to uid 666",
    ],
    [
      "a file of a size that no keys have",
      (fs) => fs.write("/home/alice/.ssh/authorized_keys", new Uint8Array(17 << 20)),
      "it has 17825792 bytes",
    ],
    [
      "a home that others can write to",
      (fs) => fs.setAttributes("/home/alice", { mode: 0o777 }),
      '"/home/alice" has mode 0777',
    ],
  ];

  test.each(unsafe)("%s is refused, and nothing is changed", (_, prepare, reason) => {
    const { ensure, changed } = run({ prepare });
    expect(ensure).toThrow(reason);
    expect(ensure).toThrow('Cannot write SSH keys of user "alice" to');
    expect(changed()).toEqual([]);
  });

  test("the next path is taken where the first is unsafe", () => {
    const { fs, ensure, log } = run({
      sshd: "AuthorizedKeysFile .ssh/first /keys/%u\n",
      prepare: (fs) => fs.symlink("/etc", "/home/alice/.ssh"),
    });
    ensure();
    expect(readText(fs, "/keys/alice")).toBe(`${KEY}\n`);
    expect(log[0]).toContain('the keys go to "/keys/alice"');
  });

  test("StrictModes no takes a home that others can write to", () => {
    const { fs, ensure } = run({
      sshd: "StrictModes no\n",
      prepare: (fs) => fs.setAttributes("/home/alice", { mode: 0o777 }),
    });
    ensure();
    expect(readText(fs, "/home/alice/.ssh/authorized_keys")).toBe(`${KEY}\n`);
  });

  test("root's own link above the home is how the machine is laid out", () => {
    const user = { ...ALICE, home: "/u/alice" };
    const { fs, ensure } = run({ user, prepare: (fs) => fs.symlink("/home", "/u") });
    ensure();
    expect(readText(fs, "/home/alice/.ssh/authorized_keys")).toBe(`${KEY}\n`);
  });

  test("a home that is not there is made for a user that is, and left to the tool for a new one", () => {
    const gone = { ...ALICE, home: "/home/gone" };
    const old = run({ user: gone });
    old.ensure();
    expect(old.fs.stat("/home/gone")).toMatchObject({ mode: 0o700, uid: 205 });
    const planned = run({ user: { ...gone, isHomeMade: true } });
    planned.ensure();
    expect(planned.changed().map((change) => ("path" in change ? change.path : ""))).toEqual([
      "/home/gone/.ssh",
      "/home/gone/.ssh/authorized_keys",
    ]);
  });
});
