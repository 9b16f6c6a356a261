import { describe, expect, test } from "bun:test";
import { createAixUsers } from "../../../src/distros/aix/users.ts";
import type { UserSpec } from "../../../src/distros/distro.ts";
import { findGroupEntry, findPasswdEntry } from "../../../src/distros/posix/accounts.ts";
import {
  bootSimulatedAix,
  type SimulatedAixOptions,
} from "../../../src/simulator/aix/simulated-aix.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import { readText } from "../../../src/system/files.ts";
import { createTestLogger } from "../../support/module-context.ts";

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA alice@example.com";

function spec(name: string, more: Partial<UserSpec> = {}): UserSpec {
  return { name, home: `/home/${name}`, createHome: true, groups: [], system: false, ...more };
}

function boot(options: SimulatedAixOptions = {}) {
  const aix = bootSimulatedAix(options);
  const log: string[] = [];
  const ctx = { sys: aix.system, log: createTestLogger(log), systemInfo: {} };
  const argvs = (): readonly string[] =>
    aix.changes.flatMap((change) => (change.kind === "command" ? [change.argv.join(" ")] : []));
  return { ...aix, fs: aix.system.fs, log, users: createAixUsers(ctx), ctx, argvs };
}

describe("createAixUsers", () => {
  test("nothing is asked of the machine when it is made", () => {
    expect(boot().commands).toEqual([]);
  });

  test("find knows root with its home, and tells who is not there", async () => {
    const { users, gaps } = boot();
    expect(await users.find("root")).toEqual({ name: "root", uid: 0, home: "/" });
    expect(await users.find("alice")).toBeUndefined();
    expect(await users.find("ALL")).toBeUndefined();
    expect(await users.find("-f")).toBeUndefined();
    expect(gaps).toEqual([]);
  });

  test("a user of another registry is found by lsuser, colons and all", async () => {
    const { system } = createScriptedSystem({
      platform: "aix",
      commands: {
        "/usr/sbin/lsuser -c -a id home carol": "#name:id:home\ncarol:7001:/home/a#!:b\n",
      },
    });
    const users = createAixUsers({ sys: system, log: createTestLogger([]), systemInfo: {} });
    expect(await users.find("carol")).toEqual({ name: "carol", uid: 7001, home: "/home/a:b" });
  });

  test("a user is made by one command that says everything", async () => {
    const { users, fs, argvs, gaps } = boot();
    await users.ensureGroup("dba", []);
    await users.ensureUser(
      spec("alice", {
        uid: 5001,
        groups: ["dba", "wheel"],
        primaryGroup: "staff",
        shell: "/usr/bin/ksh",
        gecos: "Alice Example",
        expireDate: "2030-12-31",
      }),
    );
    expect(argvs()).toEqual([
      "/usr/bin/mkgroup dba",
      "/usr/bin/mkuser id=5001 pgrp=staff groups=staff,dba,system home=/home/alice shell=/usr/bin/ksh gecos=Alice Example expires=1231000030 alice",
    ]);
    expect(findPasswdEntry(fs, "alice")).toMatchObject({
      uid: 5001,
      home: "/home/alice",
      gecos: "Alice Example",
      shell: "/usr/bin/ksh",
    });
    expect(findGroupEntry(fs, "dba")?.members).toEqual(["alice"]);
    expect(fs.stat("/home/alice")?.uid).toBe(5001);
    expect(gaps).toEqual([]);
  });

  test("a second time changes nothing", async () => {
    const { users, ctx, changes, log } = boot();
    const alice = spec("alice", { groups: ["dba"] });
    const ensure = async (adapter = users): Promise<void> => {
      await adapter.ensureGroup("dba", []);
      await adapter.ensureUser(alice);
      await adapter.ensureGroup("dba", ["alice", "root"]);
      await adapter.ensureAuthorizedKeys("alice", [KEY]);
    };
    await ensure();
    const count = changes.length;
    await ensure();
    await ensure(createAixUsers(ctx));
    expect(changes).toHaveLength(count);
    expect(log).toContain("INFO User alice already exists, skipping.");
  });

  test("an existing user gains groups and loses none", async () => {
    const { users, fs, argvs } = boot();
    for (const group of ["one", "two", "three"]) {
      await users.ensureGroup(group, []);
    }
    await users.ensureUser(spec("alice", { groups: ["one"] }));
    const before = argvs().length;
    await users.ensureUser(spec("alice", { groups: ["two", "three", "staff"], shell: "/bin/no" }));
    expect(argvs().slice(before)).toEqual([
      "/usr/bin/chgrpmem -m + alice two",
      "/usr/bin/chgrpmem -m + alice three",
    ]);
    for (const group of ["one", "two", "three"]) {
      expect(findGroupEntry(fs, group)?.members).toEqual(["alice"]);
    }
    expect(findPasswdEntry(fs, "alice")?.shell).toBe("/usr/bin/ksh");
  });

  test("a user without a home directory is made by useradd, which makes none", async () => {
    const { users, fs, argvs, gaps } = boot();
    const homeless = { home: "/nonexistent", createHome: false, system: true, gecos: "No home" };
    await users.ensureUser(spec("svc", homeless));
    expect(argvs()).toEqual(["/usr/sbin/useradd -g staff -d /nonexistent -c No home svc"]);
    expect(findPasswdEntry(fs, "svc")?.home).toBe("/nonexistent");
    expect(fs.stat("/nonexistent")).toBeUndefined();
    expect(gaps).toEqual([]);
  });

  test("members are added by one command; who does not exist is said, the others are in", async () => {
    const { users, fs, argvs } = boot();
    await users.ensureUser(spec("alice"));
    await expect(users.ensureGroup("ops", ["root", "ghost", "alice"])).rejects.toThrow(
      'Unable to add group member "ghost" to group "ops"; user does not exist',
    );
    expect(argvs().at(-1)).toBe("/usr/bin/chgrpmem -m + root,alice ops");
    expect(findGroupEntry(fs, "ops")?.members).toEqual(["root", "alice"]);
  });

  test.each(["root", "wheel"])("group %s is system and needs no mkgroup", async (group) => {
    const { users, argvs } = boot();
    await users.ensureGroup(group, []);
    expect(argvs()).toEqual([]);
  });

  test("a shell that is not installed is replaced, one that is not listed is listed", async () => {
    const { users, fs, log, argvs, gaps } = boot({ files: { "/opt/freeware/bin/zsh": "" } });
    await users.ensureUser(spec("alice", { shell: "/opt/freeware/bin/fish" }));
    await users.ensureUser(spec("bob", { shell: "/opt/freeware/bin/zsh" }));
    expect(findPasswdEntry(fs, "alice")?.shell).toBe("/usr/bin/ksh");
    expect(findPasswdEntry(fs, "bob")?.shell).toBe("/opt/freeware/bin/zsh");
    expect(log[0]).toContain('WARNING User "alice" gets the shell "/usr/bin/ksh" instead of');
    expect(argvs()[1]).toContain("/usr/bin/chsec -f /etc/security/login.cfg -s usw -a shells=");
    expect(readText(fs, "/etc/security/login.cfg")).toContain(",/opt/freeware/bin/zsh");
    expect(gaps).toEqual([]);
  });

  test("what AIX cannot do is said and the user is made", async () => {
    const { users, fs, log } = boot();
    await users.ensureUser(spec("alice", { expireDate: "2050-01-01", inactiveDays: 5 }));
    expect(findPasswdEntry(fs, "alice")).toBeDefined();
    expect(log.join("\n")).toContain('User "alice" does not expire');
    expect(log.join("\n")).toContain("is not locked after 5 days");
  });

  test.each([
    [spec("a:b"), "AIX takes ASCII letters"],
    [spec("bob", { uid: 0 }), 'with uid 0: it is the uid of user "root"'],
    [spec("bob", { gecos: "x:y" }), "gecos has a colon"],
    [spec("bob", { home: "relative" }), 'the home directory "relative" is no absolute path'],
  ])("%j is refused before a command runs", async (user, reason) => {
    const { users, argvs } = boot();
    await expect(users.ensureUser(user)).rejects.toThrow(reason);
    expect(argvs()).toEqual([]);
  });

  test("keys of root go to /.ssh, keys of a user to the home, each the owner's", async () => {
    const { users, fs } = boot();
    await users.ensureUser(spec("alice"));
    await users.ensureAuthorizedKeys("alice", [KEY]);
    await users.ensureAuthorizedKeys("root", [KEY], "no-pty");
    const alice = findPasswdEntry(fs, "alice");
    expect(fs.stat("/home/alice/.ssh/authorized_keys")).toMatchObject({
      uid: alice?.uid,
      gid: 1,
      mode: 0o600,
    });
    expect(readText(fs, "/.ssh/authorized_keys")).toBe(`no-pty ${KEY}\n`);
    await expect(users.ensureAuthorizedKeys("ghost", [KEY])).rejects.toThrow("no such user");
  });

  test("sudo rules go where the toolbox's sudo reads them", async () => {
    const { users, fs } = boot({ files: { "/opt/freeware/etc/sudoers": "root ALL=(ALL) ALL\n" } });
    await users.ensureSudoRules("alice", ["ALL=(ALL) NOPASSWD:ALL"]);
    expect(readText(fs, "/opt/freeware/etc/sudoers.d/90-cloud-init-users")).toContain(
      "alice ALL=(ALL) NOPASSWD:ALL\n",
    );
  });

  test("passwords, locks and unlocks reach the files of /etc/security", async () => {
    const { users, fs } = boot();
    await users.ensureUser(spec("alice"));
    await users.setPassword("alice", "S3cret-horse", "plain");
    expect(await users.ensureUnlocked("alice")).toBe(true);
    await users.ensurePasswordLocked("alice");
    expect(await users.ensureUnlocked("alice")).toBe(false);
    await users.ensureAccountLocked("alice");
    expect(readText(fs, "/etc/security/user")).toContain("account_locked = true");
  });
});

test("a user cut off before mkuser's last step is listed in its primary group in the end", async () => {
  const aix = bootSimulatedAix();
  const ctx = { sys: aix.system, log: createTestLogger([]), systemInfo: {} };
  const users = createAixUsers(ctx);
  const spec = { name: "half", home: "/home/half", createHome: true, groups: [], system: false };
  await users.ensureGroup("ops", []);
  await users.ensureUser({ ...spec, primaryGroup: "ops" });
  const group = readText(aix.system.fs, "/etc/group");
  aix.system.fs.write("/etc/group", group.replace(/^(ops:!:\d+:)half$/mu, "$1"));
  await createAixUsers(ctx).finishUser?.({ ...spec, primaryGroup: "ops" });
  expect(readText(aix.system.fs, "/etc/group")).toBe(group);
});
