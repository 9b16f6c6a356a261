import { describe, expect, test } from "bun:test";
import { createAixUsers } from "../../src/distros/aix/users.ts";
import { findGroupEntry, findPasswdEntry } from "../../src/distros/posix/accounts.ts";
import { usersGroups } from "../../src/modules/users-groups.ts";
import {
  bootSimulatedAix,
  type SimulatedAix,
  type SimulatedAixOptions,
} from "../../src/simulator/aix/simulated-aix.ts";
import type { Change } from "../../src/system/change.ts";
import { readText, readTextIfExists } from "../../src/system/files.ts";
import { planSystem } from "../../src/system/planned-system.ts";
import type { System } from "../../src/system/system.ts";
import {
  CLOUD_DIR,
  createTestDistro,
  createTestLogger,
  type ModuleRun,
  type ModuleRunOptions,
  runModule,
} from "../support/module-context.ts";

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA alice@example.com";
const ROOT = { default_user: { name: "root", lock_passwd: false } };
const NEW_USER_MARK = `${CLOUD_DIR}/data/new-users`;
const HASH = "{ssha512}06$abcdefgh$0123456789abcdefghijklmnop";

interface AixRun extends ModuleRun {
  readonly aix: SimulatedAix;
  readonly argvs: readonly string[];
  again(): Promise<AixRun>;
}

/** The module on a simulated AIX machine; `again` runs it a second time on the same one. */
async function runOnAix(
  config: Record<string, unknown>,
  options: ModuleRunOptions = {},
  seed: SimulatedAixOptions = {},
): Promise<AixRun> {
  const aix = bootSimulatedAix(seed);
  const run = async (): Promise<AixRun> => {
    const before = aix.changes.length;
    const log: string[] = [];
    const result = await runModule(usersGroups, {
      config,
      systemInfo: ROOT,
      ...options,
      system: aix.system,
      distro: createDistro(aix.system, log),
    });
    expect(aix.gaps).toEqual([]);
    // The mark of a new user is the module's own; what it is good for has tests of its own.
    const changes = aix.changes.slice(before).filter(isNoMark);
    const argvs = changes.map((change) =>
      change.kind === "command" ? change.argv.join(" ") : `${change.kind}`,
    );
    return { ...result, log: [...result.log, ...log], changes, aix, argvs, again: run };
  };
  return run();
}

function isNoMark(change: Change): boolean {
  return !("path" in change && change.path === NEW_USER_MARK);
}

function createDistro(sys: System, log: string[]) {
  const users = createAixUsers({ sys, log: createTestLogger(log), systemInfo: {} });
  return { ...createTestDistro(sys), users };
}

function passwordOf(aix: SimulatedAix, name: string): string | undefined {
  const text = readTextIfExists(aix.system.fs, "/etc/security/passwd") ?? "";
  return new RegExp(`^${name}:\\n(?:\\t.*\\n)*?\\tpassword = (.*)$`, "mu").exec(text)?.[1];
}

describe("users_groups on AIX", () => {
  test("the shipped configuration changes nothing: root is there and stays unlocked", async () => {
    const { changes, failures, log } = await runOnAix({ users: ["default"] });
    expect(changes).toEqual([]);
    expect(failures).toEqual([]);
    expect(log.filter((line) => line.startsWith("WARNING"))).toEqual([]);
  });

  test("groups, users, keys, rules and members are there afterwards, and a second run changes nothing", async () => {
    const run = await runOnAix(
      {
        groups: ["dba", { ops: ["alice", "root"] }],
        users: [
          "default",
          {
            name: "alice",
            gecos: "Alice Example",
            groups: "dba, newgroup",
            shell: "/usr/bin/ksh",
            lock_passwd: false,
            hashed_passwd: HASH,
            sudo: "ALL=(ALL) NOPASSWD:ALL",
            ssh_authorized_keys: [KEY],
          },
        ],
      },
      {},
      { files: { "/etc/sudoers": "#includedir /etc/sudoers.d\n" } },
    );
    const { fs } = run.aix.system;
    expect(run.failures).toEqual([]);
    expect(run.argvs).toEqual([
      "/usr/bin/mkgroup dba",
      "/usr/bin/mkgroup ops",
      "/usr/bin/mkgroup newgroup",
      "/usr/bin/mkuser pgrp=staff groups=staff,dba,newgroup home=/home/alice shell=/usr/bin/ksh gecos=Alice Example alice",
      "/usr/bin/chpasswd -e -c",
      "directory",
      "write",
      "directory",
      "write",
      "/usr/bin/chgrpmem -m + alice,root ops",
    ]);
    expect(readText(fs, "/home/alice/.ssh/authorized_keys")).toBe(`${KEY}\n`);
    expect(readText(fs, "/etc/sudoers.d/90-cloud-init-users")).toContain("alice ALL=(ALL)");
    expect(passwordOf(run.aix, "alice")).toBe(HASH);
    expect(run.ledger.map(({ what, outcome }) => [what, outcome])).toEqual([
      ["root", "ok"],
      ["alice", "ok"],
    ]);
    const second = await run.again();
    expect(second.changes).toEqual([]);
    expect(second.failures).toEqual([]);
  });

  test("one bad user does not stop the next, and each failure names its place", async () => {
    const { failures, ledger, aix } = await runOnAix(
      {
        users: [{ name: "a:b" }, { name: "bob", uid: 0 }, 7, { name: "carol", shel: "x" }, "dave"],
      },
      { lines: { "users.0": 4, "users.1": 5, "users.2": 6, "users.3.shel": 8 } },
    );
    expect(failures.map((text) => text.slice(0, 60))).toEqual([
      "user-data:6: Cannot use a user: expected a name or a mapping",
      'user-data:4: Failed to create user a:b: Cannot create user "',
      'user-data:5: Failed to create user bob: Cannot create user "',
      'user-data:8: Cannot use shel of user "carol": there is no su',
    ]);
    expect(ledger.map(({ what, outcome }) => [what, outcome])).toEqual([
      ["a:b", "failed"],
      ["bob", "failed"],
      ["carol", "ok"],
      ["dave", "ok"],
    ]);
    expect(ledger[0]).toMatchObject({ kind: "user", source: "user-data", line: 4 });
    expect(findPasswdEntry(aix.system.fs, "dave")).toBeDefined();
  });

  test("root among the users is not locked unless it says so", async () => {
    const seed = { files: { "/etc/security/passwd": `root:\n\tpassword = ${HASH}\n` } };
    const silent = await runOnAix(
      { users: [{ name: "root", ssh_authorized_keys: [KEY] }] },
      {},
      seed,
    );
    expect(passwordOf(silent.aix, "root")).toBe(HASH);
    expect(readText(silent.aix.system.fs, "/.ssh/authorized_keys")).toBe(`${KEY}\n`);
    const told = await runOnAix({ users: [{ name: "root", lock_passwd: true }] }, {}, seed);
    expect(passwordOf(told.aix, "root")).toBe("*");
    expect(told.argvs.join()).not.toContain("account_locked");
  });

  test("a password is not set where it would be locked a moment later, and that is said", async () => {
    const { argvs, log, failures } = await runOnAix({
      users: [{ name: "alice", plain_text_passwd: "S3cret-horse" }],
    });
    expect(argvs).toHaveLength(1);
    expect(log.join("\n")).toContain('INFO The password of user "alice" is not set: lock_passwd');
    expect(failures).toEqual([]);
  });

  test("a user that was there before keeps the password unless lock_passwd is written", async () => {
    const first = await runOnAix({
      users: [{ name: "alice", lock_passwd: false, plain_text_passwd: "S3cret-horse" }],
    });
    const hash = passwordOf(first.aix, "alice");
    expect(hash).toStartWith("{ssha256}");
    const users = createDistro(first.aix.system, []);
    const options = { system: first.aix.system, distro: users, systemInfo: ROOT };
    await runModule(usersGroups, { ...options, config: { users: [{ name: "alice" }] } });
    expect(passwordOf(first.aix, "alice")).toBe(hash);
    const config = { users: [{ name: "alice", lock_passwd: true }] };
    await runModule(usersGroups, { ...options, config });
    expect(passwordOf(first.aix, "alice")).toBe("*");
  });

  test("a hash of Linux fails with the way out, and keys and rules are there all the same", async () => {
    const { failures, aix, log, ledger } = await runOnAix({
      users: [
        {
          name: "alice",
          lock_passwd: false,
          passwd: "$6$rounds=4096$saltsalt$secrethash",
          ssh_authorized_keys: [KEY],
        },
      ],
    });
    expect(failures).toHaveLength(1);
    expect(failures[0]).toContain("plain_text_passwd");
    expect(readText(aix.system.fs, "/home/alice/.ssh/authorized_keys")).toBe(`${KEY}\n`);
    expect(JSON.stringify([failures, log, ledger])).not.toContain("secrethash");
  });

  test("passwd is for new users only, lock_passwd: false wants a password", async () => {
    const run = await runOnAix({ users: [{ name: "alice", lock_passwd: false, passwd: HASH }] });
    expect(passwordOf(run.aix, "alice")).toBe(HASH);
    const second = await run.again();
    expect(second.log.join("\n")).toContain(
      "WARNING 'passwd' in user-data is ignored for existing user alice",
    );
    const without = await runOnAix({ users: [{ name: "bob", lock_passwd: false }] });
    expect(without.log.join("\n")).toContain("WARNING Not unlocking password for user bob");
  });

  test("lock_account blocks the account, after the keys", async () => {
    const { argvs, aix } = await runOnAix({
      users: [{ name: "alice", lock_account: true, ssh_authorized_keys: [KEY] }],
    });
    expect(argvs.at(-1)).toBe("/usr/bin/chuser account_locked=true alice");
    expect(readText(aix.system.fs, "/etc/security/user")).toContain("account_locked = true");
  });

  test.each([
    [{ no_create_home: true }, "no_create_home"],
    [{ system: true }, "system"],
    [{ ssh_redirect_user: true }, "ssh_redirect_user"],
  ])("keys together with %j are refused, and the user is not made", async (more, key) => {
    const { failures, aix } = await runOnAix({
      users: [{ name: "alice", ssh_authorized_keys: [KEY], ...more }, "bob"],
    });
    expect(failures).toEqual([
      `Not creating user alice. Key(s) ssh_authorized_keys cannot be provided with ${key}: leave one of them out`,
    ]);
    expect(findPasswdEntry(aix.system.fs, "alice")).toBeUndefined();
    expect(findPasswdEntry(aix.system.fs, "bob")).toBeDefined();
  });

  test("no_create_home: false is false, and a system user has no home", async () => {
    const { aix } = await runOnAix({
      users: [
        { name: "alice", no_create_home: false },
        { name: "svc", system: true },
        { name: "app", no_create_home: true, homedir: "/srv/app" },
      ],
    });
    const { fs } = aix.system;
    expect(fs.stat("/home/alice")?.kind).toBe("directory");
    expect(findPasswdEntry(fs, "svc")?.home).toBe("/nonexistent");
    expect(findPasswdEntry(fs, "app")?.home).toBe("/srv/app");
    expect(fs.stat("/srv/app")).toBeUndefined();
  });

  test("ssh_redirect_user sends the cloud's keys to the default user", async () => {
    const options = { instance: { publicKeys: [KEY] } };
    const { aix } = await runOnAix(
      { users: ["default", { name: "alice", ssh_redirect_user: true }] },
      options,
    );
    expect(readText(aix.system.fs, "/home/alice/.ssh/authorized_keys")).toBe(
      String.raw`no-port-forwarding,no-agent-forwarding,no-X11-forwarding,command="echo 'Please login as the user \"root\" rather than the user \"alice\".';echo;sleep 10;exit 142" ${KEY}` +
        "\n",
    );
    const noKeys = await runOnAix({ users: [{ name: "alice", ssh_redirect_user: true }] });
    expect(noKeys.log.join("\n")).toContain("WARNING Unable to disable SSH logins for alice");
  });

  test("members that do not exist fail, and the group has the others", async () => {
    const { failures, aix } = await runOnAix({ groups: [{ ops: ["ghost", "root"] }] });
    expect(failures).toEqual([
      'Failed to create group ops: Unable to add group member "ghost" to group "ops"; user does not exist',
    ]);
    expect(findGroupEntry(aix.system.fs, "ops")?.members).toEqual(["root"]);
  });

  test("a group that cannot be made is left out, and the user is there", async () => {
    const { failures, aix } = await runOnAix({
      users: [{ name: "alice", groups: ["no good", "ok"], primary_group: "müll" }],
    });
    expect(failures).toHaveLength(2);
    expect(findPasswdEntry(aix.system.fs, "alice")?.gid).toBe(1);
    expect(findGroupEntry(aix.system.fs, "ok")?.members).toEqual(["alice"]);
  });

  test("lsuser is asked once for each new user, however many there are", async () => {
    const names = Array.from({ length: 300 }, (_, index) => `u${index}`);
    const { aix, failures, again } = await runOnAix({
      groups: { all: names },
      users: names.map((name) => ({ name, groups: "ops", lock_passwd: false })),
    });
    expect(failures).toEqual([]);
    const counts = new Map<string, number>();
    for (const [program = ""] of aix.commands) {
      counts.set(program, (counts.get(program) ?? 0) + 1);
    }
    expect(Object.fromEntries(counts)).toEqual({
      "/usr/bin/mkgroup": 2,
      "/usr/sbin/lsuser": 300,
      "/usr/bin/mkuser": 300,
      "/usr/bin/chgrpmem": 2,
    });
    for (const group of ["all", "ops"]) {
      expect(findGroupEntry(aix.system.fs, group)?.members).toHaveLength(300);
    }
    const asked = aix.commands.length;
    await again();
    expect(aix.commands).toHaveLength(asked);
  });

  test("ssh_import_id fetches keys; an id that cannot be had stops neither user nor next", async () => {
    const seen: string[] = [];
    const { failures, aix, argvs } = await runOnAix(
      { users: [{ name: "alice", ssh_import_id: ["gh:alice", "gh:ghost"] }, "bob"] },
      { lines: { "users.0": 3 } },
      {
        http: ({ url }) => {
          seen.push(url);
          const body = new TextEncoder().encode(`${KEY}\n`);
          return { status: url.includes("ghost") ? 404 : 200, headers: {}, body };
        },
      },
    );
    expect(seen).toHaveLength(2);
    expect(readText(aix.system.fs, "/home/alice/.ssh/authorized_keys")).toStartWith(KEY);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toStartWith('user-data:3: Cannot import SSH keys of "gh:ghost"');
    expect(argvs).toContain("/usr/bin/mkuser pgrp=staff home=/home/bob bob");
  });

  test("doas and snapuser are warned of, with what to do instead", async () => {
    const { log, failures, ledger } = await runOnAix({
      users: [{ name: "alice", doas: ["permit nopass alice"], snapuser: "alice@example.com" }],
    });
    expect(failures).toEqual([]);
    expect(log.filter((line) => line.startsWith("WARNING"))).toEqual([
      'WARNING doas of user "alice" has no effect: there is no doas on aix. Install sudo in the image and give the rules as sudo: "ALL=(ALL) NOPASSWD:ALL"',
      'WARNING snapuser of user "alice" has no effect: no snap account is made. Use ssh_import_id or ssh_authorized_keys for the user\'s keys',
    ]);
    expect(ledger[0]?.outcome).toBe("ok");
  });

  test.each([
    ["root:x"],
    ["root:!"],
    ["a\nroot"],
    ["-rf"],
    ["Jürgen"],
    ["$(id)"],
    ["a b"],
    ["../x"],
    ["ALL"],
    ["x".repeat(80)],
  ])("a user %j is refused, with keys and rules for nobody, and the next is made", async (name) => {
    const { failures, aix, argvs } = await runOnAix(
      {
        users: [
          { name, ssh_authorized_keys: [KEY], sudo: "ALL=(ALL) ALL", plain_text_passwd: "x1y2z3" },
          "bob",
        ],
      },
      {},
      { files: { "/etc/sudoers": "#includedir /etc/sudoers.d\n" } },
    );
    expect(failures.length).toBeGreaterThan(0);
    expect(argvs).toEqual(["/usr/bin/mkuser pgrp=staff home=/home/bob bob"]);
    expect(aix.system.fs.stat("/.ssh/authorized_keys")).toBeUndefined();
    expect(aix.system.fs.stat(NEW_USER_MARK)).toBeUndefined();
  });

  test("users: [] and users of nothing do nothing; names come as text, list and mapping", async () => {
    for (const users of [[], null, "", {}]) {
      expect((await runOnAix({ users })).argvs).toEqual([]);
    }
    const made = ["/usr/bin/mkuser pgrp=staff home=/home/amy amy"];
    const twice = [...made, "/usr/bin/mkuser pgrp=staff home=/home/bob bob"];
    expect((await runOnAix({ users: "amy, bob" })).argvs).toEqual(twice);
    expect((await runOnAix({ users: { amy: true, bob: {}, carol: false } })).argvs).toEqual(twice);
    expect((await runOnAix({ user: "amy" })).argvs).toEqual(made);
  });

  test("a user of a group's name, and a group of a user's name, are no obstacle", async () => {
    const { failures, aix } = await runOnAix({
      groups: ["adm", "root2"],
      users: [{ name: "staff" }, { name: "root2", primary_group: "root2" }],
    });
    expect(failures).toEqual([]);
    expect(findPasswdEntry(aix.system.fs, "staff")?.gid).toBe(1);
  });

  test("create_groups: false makes no groups", async () => {
    const { argvs, failures } = await runOnAix({
      users: [{ name: "alice", groups: ["nowhere"], create_groups: false }],
    });
    expect(argvs.join()).not.toContain("mkgroup");
    expect(failures).toHaveLength(1);
  });

  test("the distro's default user counts where system_info has none", async () => {
    const { system } = bootSimulatedAix();
    const distro = { ...createDistro(system, []), defaultUser: { name: "root" } };
    const options = { system, distro, systemInfo: {}, config: { users: ["default"] } };
    expect((await runModule(usersGroups, options)).failures).toEqual([]);
  });

  test("no secret is in a message, the log or the ledger", async () => {
    const secret = "S3cret-horse";
    const { failures, log, ledger, changes } = await runOnAix({
      users: [
        { name: "alice", lock_passwd: false, plain_text_passwd: secret },
        { name: "bob", lock_passwd: false, hashed_passwd: `{ssha999 ${secret}` },
        { name: "carol", lock_passwd: false, plain_text_passwd: `${secret}\nx` },
      ],
    });
    expect(failures).toHaveLength(2);
    expect(JSON.stringify([failures, log, ledger, changes])).not.toContain(secret);
  });
});

test("a plan lists the changes that the run makes", async () => {
  const config = {
    groups: ["dba", { ops: ["alice", "root"] }],
    users: [
      "default",
      {
        name: "alice",
        groups: ["dba", "newgroup"],
        lock_passwd: false,
        plain_text_passwd: "S3cret-horse",
        sudo: "ALL=(ALL) ALL",
        ssh_authorized_keys: [KEY],
      },
      { name: "bob", lock_account: true, shell: "/opt/freeware/bin/zsh" },
    ],
  };
  const seed = { files: { "/etc/sudoers": "root ALL=(ALL) ALL\n", "/opt/freeware/bin/zsh": "" } };
  const planned = bootSimulatedAix(seed);
  const plan = planSystem(planned.system);
  const distro = createDistro(plan.system, []);
  await runModule(usersGroups, { config, systemInfo: ROOT, system: plan.system, distro });
  const real = await runOnAix(config, {}, seed);
  expect(plan.changes.filter(isNoMark)).toEqual(real.changes);
  expect(planned.changes).toEqual([]);
  expect(real.failures).toEqual([]);
});
