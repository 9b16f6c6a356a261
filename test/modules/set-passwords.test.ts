import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readPasswordList } from "../../src/modules/password-list.ts";
import { randomPassword } from "../../src/modules/random-password.ts";
import { setPasswords } from "../../src/modules/set-passwords.ts";
import { randomBytes } from "../../src/system/host-random.ts";
import { createTestDistro, type ModuleRun, runModule } from "../support/module-context.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";

const SSHD_CONFIG = "/etc/ssh/sshd_config";

interface Given {
  readonly platform?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly users?: readonly string[];
  readonly sshdExitCode?: number;
}

interface Run extends ModuleRun {
  /** "name form" of each password set; the passwords themselves are in `set`. */
  readonly set: readonly (readonly [string, string, string])[];
  readonly expired: readonly string[];
  readonly restarts: readonly string[];
}

async function run(config: Readonly<Record<string, unknown>>, given: Given = {}): Promise<Run> {
  const set: [string, string, string][] = [];
  const expired: string[] = [];
  const restarts: string[] = [];
  const known = given.users ?? ["root", "alice", "bob"];
  const platform = given.platform ?? "aix";
  const scripted = createScriptedSystem({
    platform,
    files: { "/usr/sbin/sshd": "", ...given.files },
    commands: { "/usr/sbin/sshd": { exitCode: given.sshdExitCode ?? 0, stderr: "bad line 3\n" } },
  });
  const base = createTestDistro(scripted.system);
  const done = await runModule(setPasswords, {
    config,
    system: scripted.system,
    ...(given.args === undefined ? {} : { args: given.args }),
    systemInfo: { default_user: { name: platform === "aix" ? "root" : "debian" } },
    distro: {
      ...base,
      users: {
        ...base.users,
        find: async (name) => (known.includes(name) ? { name, uid: 1, home: "/" } : undefined),
        setPassword: async (name, password, form) => {
          if (!known.includes(name)) {
            throw new Error(`Command "chpasswd" ended with exit code 1: ${name}:${password}`);
          }
          set.push([name, password, form]);
        },
        ensurePasswordExpired: async (name) => {
          expired.push(name);
        },
      },
      services: {
        ...base.services,
        restart: async (service) => {
          restarts.push(service);
        },
      },
    },
  });
  return { ...done, commands: scripted.commands, output: scripted.output, set, expired, restarts };
}

describe("whose password", () => {
  test("password is the default user's, and has to be changed unless said otherwise", async () => {
    const done = await run({ password: "Plain-1" });
    expect(done.set).toEqual([["root", "Plain-1", "plain"]]);
    expect(done.expired).toEqual(["root"]);
    const kept = await run({ password: 123456, chpasswd: { expire: false } });
    expect(kept.set).toEqual([["root", "123456", "plain"]]);
    expect(kept.expired).toEqual([]);
  });

  test("users and list go before password; a user's own wish says what it is", async () => {
    const done = await run({
      password: "unused",
      chpasswd: {
        users: [
          { name: "alice", password: "Text-1", type: "text" },
          { name: "bob", password: "{ssha256}06$salt$hash" },
        ],
        list: "root:Plain-2\n\nalice:{smd5}salt$hash\r\n",
      },
    });
    expect(done.set).toEqual([
      ["alice", "Text-1", "plain"],
      ["bob", "{ssha256}06$salt$hash", "hashed"],
      ["root", "Plain-2", "plain"],
      ["alice", "{smd5}salt$hash", "hashed"],
    ]);
  });

  test("a list of entries, hashes known by their form, and an argument", async () => {
    const list = ["alice:$6$salt$hash", "bob:pass:word"];
    expect((await run({ chpasswd: { list } })).set).toEqual([
      ["alice", "$6$salt$hash", "hashed"],
      ["bob", "pass:word", "plain"],
    ]);
    expect((await run({}, { args: ["Argument-1"] })).set).toEqual([
      ["root", "Argument-1", "plain"],
    ]);
  });
});

describe("a random password", () => {
  test("is shown on the console and nowhere else", async () => {
    const done = await run({
      chpasswd: { users: [{ name: "alice", type: "RANDOM" }], list: "bob:R" },
    });
    const [first, second] = done.set;
    expect([first?.[0], first?.[2], second?.[0], second?.[2]]).toEqual([
      "alice",
      "plain",
      "bob",
      "plain",
    ]);
    expect(done.output.console).toBe(
      `Set the following 'random' passwords\nalice:${first?.[1]}\nbob:${second?.[1]}\n`,
    );
    const elsewhere = JSON.stringify([
      done.log,
      done.ledger,
      done.output.stdout,
      done.output.stderr,
    ]);
    expect(elsewhere).not.toContain(first?.[1] ?? "-");
    expect(first?.[1]).not.toBe(second?.[1] ?? "");
  });

  test("has 20 characters of all four classes, and no two alike", () => {
    const random = { bytes: randomBytes };
    const made = Array.from({ length: 500 }, () => randomPassword(random));
    for (const password of made) {
      expect(password).toMatch(/^[A-Za-z2-9%+./=@_-]{20}$/u);
      for (const kind of [/[A-Z]/u, /[a-z]/u, /[0-9]/u, /[%+./=@_-]/u]) {
        expect(password).toMatch(kind);
      }
    }
    expect(new Set(made).size).toBe(500);
  });
});

describe("what cannot be set", () => {
  test("does not stop the next, and is said without the password", async () => {
    const done = await run({
      chpasswd: {
        users: [
          { name: "nobody-here", password: "Secret-1", type: "text" },
          { name: "alice", password: "Secret-2", type: "text" },
        ],
      },
    });
    expect(done.set.map(([name]) => name)).toEqual(["alice"]);
    expect(done.failures).toEqual([
      expect.stringContaining(
        'Failed to set passwords with chpasswd for ["nobody-here"]: there is no such user',
      ),
    ]);
    expect(JSON.stringify([done.log, done.failures])).not.toContain("Secret");
  });

  const wrong: readonly [string, unknown, string][] = [
    ["chpasswd is text", { chpasswd: "alice:Secret-1" }, "expected a mapping"],
    ["users is a mapping", { chpasswd: { users: { alice: "Secret-1" } } }, "expected a list"],
    ["an entry is text", { chpasswd: { users: ["alice:Secret-1"] } }, "expected a mapping"],
    ["no name", { chpasswd: { users: [{ password: "Secret-1" }] } }, 'has no "name"'],
    ["no password", { chpasswd: { users: [{ name: "alice" }] } }, 'no "password" for user "alice"'],
    [
      "an unknown type",
      { chpasswd: { users: [{ name: "alice", type: "md5", password: "Secret-1" }] } },
      'the "type" of user "alice" is none of',
    ],
    [
      "a name that brings a line of its own",
      { chpasswd: { users: [{ name: "bob\nroot", type: "text", password: "Secret-1" }] } },
      "the user's name is none",
    ],
    [
      "a name with a colon",
      { chpasswd: { users: [{ name: "root:x", type: "text", password: "Secret-1" }] } },
      "the user's name is none",
    ],
    ["a name that is an option", { chpasswd: { list: "-d:Secret-1" } }, "the user's name is none"],
    [
      "a password where a hash belongs",
      { chpasswd: { users: [{ name: "alice", password: "Secret-1" }] } },
      'write "type: text"',
    ],
    ["expire is neither", { chpasswd: { expire: "Secret-1" } }, "expected true or false"],
    ["a line without a colon", { chpasswd: { list: "Secret-1" } }, 'line 1 is not "user:password"'],
    ["an entry that is a list", { chpasswd: { list: [["Secret-1"]] } }, 'the entry is not "user:'],
    ["a password that is a list", { password: ["Secret-1"] }, "expected text"],
    ["ssh_pwauth is nonsense", { ssh_pwauth: "perhaps" }, "expected true, false or unchanged"],
  ];
  for (const [title, config, message] of wrong) {
    test(title, async () => {
      const done = await run(config as Readonly<Record<string, unknown>>);
      expect(done.failures).toHaveLength(1);
      expect(done.failures[0]).toContain(message);
      expect(JSON.stringify([done.log, done.failures])).not.toContain("Secret");
    });
  }

  test("5,000 entries, each second one bad, are all looked at", async () => {
    const list = Array.from({ length: 5_000 }, (_, index) =>
      index % 2 === 0 ? `alice:Secret-${index}` : `Secret-${index}`,
    );
    const done = await run({ chpasswd: { list, expire: false } });
    expect(done.set).toHaveLength(2_500);
    expect(done.failures).toHaveLength(2_500);
    expect(JSON.stringify([done.log, done.failures])).not.toContain("Secret");
  });

  test("whatever is written, the rest is read and no message shows it", () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (users, list) => {
        const read = readPasswordList(
          { chpasswd: { users, list }, password: "Secret-1" },
          { defaultName: "root" },
        );
        return !JSON.stringify(read.problems).includes("Secret-1");
      }),
    );
  });
});

describe("ssh_pwauth", () => {
  const before =
    "# ours\nPort 22\n#PasswordAuthentication yes\nMatch User x\n  PasswordAuthentication yes\n";

  test("changes what differs, once, and restarts sshd", async () => {
    const done = await run({ ssh_pwauth: false }, { files: { [SSHD_CONFIG]: before } });
    const text = new TextDecoder().decode(done.system.fs.readBytes(SSHD_CONFIG));
    expect(text).toBe(
      "# ours\nPort 22\n#PasswordAuthentication yes\nPasswordAuthentication no\nMatch User x\n  PasswordAuthentication yes\n",
    );
    expect(done.restarts).toEqual(["ssh"]);
    const again = await run({ ssh_pwauth: "no" }, { files: { [SSHD_CONFIG]: text } });
    expect(again.restarts).toEqual([]);
    expect(again.commands).toEqual([]);
  });

  test("true is what sshd does by itself: nothing to change", async () => {
    const done = await run({ ssh_pwauth: true }, { files: { [SSHD_CONFIG]: before } });
    expect(done.restarts).toEqual([]);
    expect(done.commands).toEqual([]);
  });

  test("unchanged, and no key at all, leave the file alone", async () => {
    for (const config of [{}, { ssh_pwauth: "unchanged" }, { ssh_pwauth: null }]) {
      const done = await run(config, { files: { [SSHD_CONFIG]: before } });
      expect(done.commands).toEqual([]);
      expect(done.failures).toEqual([]);
    }
  });

  test("what sshd refuses is put back, and sshd is left alone", async () => {
    const files = { [SSHD_CONFIG]: before };
    const done = await run({ ssh_pwauth: false }, { files, sshdExitCode: 255 });
    expect(new TextDecoder().decode(done.system.fs.readBytes(SSHD_CONFIG))).toBe(before);
    expect(done.restarts).toEqual([]);
    expect(done.failures).toEqual([expect.stringContaining("bad line 3")]);
  });

  test("without sshd_config it is said what is missing", async () => {
    const done = await run({ ssh_pwauth: false });
    expect(done.failures).toEqual([expect.stringContaining("is OpenSSH installed?")]);
  });
});
