import { describe, expect, test } from "bun:test";
import type { UserSpec } from "../../../src/distros/distro.ts";
import { createLinuxUsers } from "../../../src/distros/linux/users.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import { readText } from "../../../src/system/files.ts";
import { createTestLogger } from "../../support/module-context.ts";

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA alice@example.com";

function spec(name: string, more: Partial<UserSpec> = {}): UserSpec {
  return { name, home: `/home/${name}`, createHome: true, groups: [], system: false, ...more };
}

/** A Debian whose useradd, groupadd and usermod edit the two tables. */
function boot(ldap: Record<string, string> = {}) {
  const files = {
    "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\n",
    "/etc/group": "root:x:0:\nsudo:x:27:\nusers:x:100:\n",
    "/etc/sudoers": "@includedir /etc/sudoers.d\n",
  };
  const machine = createScriptedSystem({
    files,
    commands: {
      "/usr/bin/getent": (argv) => ldap[argv.slice(1).join(" ")] ?? { exitCode: 2 },
      "/usr/sbin/groupadd": (argv) => add("/etc/group", `${argv.at(-1)}:x:1001:`),
      "/usr/sbin/useradd": (argv) => {
        const name = argv.at(-1) ?? "";
        add("/etc/passwd", `${name}:x:1000:1000::/home/${name}:/bin/sh`);
        return argv.includes("--user-group") ? add("/etc/group", `${name}:x:1000:`) : "";
      },
      "/usr/sbin/pwconv": "",
      "/usr/sbin/usermod": (argv) => {
        if (argv[1] !== "-a") {
          return "";
        }
        const text = readText(machine.system.fs, "/etc/group");
        const changed = text.replace(new RegExp(`^(${argv[3]}:.*)$`, "mu"), `$1${argv[4]}`);
        machine.system.fs.write("/etc/group", changed);
        return "";
      },
    },
  });
  const add = (path: string, line: string): string => {
    machine.system.fs.append(path, `${line}\n`);
    return "";
  };
  const log: string[] = [];
  const ctx = { sys: machine.system, log: createTestLogger(log), systemInfo: {} };
  const argvs = (): readonly string[] =>
    machine.changes.flatMap((change) => (change.kind === "command" ? [change.argv.join(" ")] : []));
  return { ...machine, fs: machine.system.fs, log, users: createLinuxUsers(ctx), ctx, argvs };
}

describe("createLinuxUsers", () => {
  test("a user cut off in useradd is completed: group, shadow line, settings, home from the skeleton", async () => {
    const { users, argvs, fs } = boot();
    fs.append("/etc/passwd", "alice:x:1005:1005::/home/alice:/bin/sh\n");
    fs.write("/etc/skel/.profile", "umask 022\n", { mode: 0o644 });
    fs.write("/etc/skel/.config/app", "x\n", { mode: 0o600 });
    fs.symlink("app", "/etc/skel/.config/link");
    fs.makeDirectory("/home/alice", { mode: 0o700 });
    fs.write("/home/alice/.profile", "mine\n");
    await users.finishUser?.(
      spec("alice", { shell: "/bin/bash", gecos: "Alice", expireDate: "2030-12-31" }),
    );
    expect(argvs()).toContain("/usr/sbin/groupadd --gid 1005 alice");
    expect(argvs()).toContain("/usr/sbin/pwconv");
    expect(argvs()).toContain(
      "/usr/sbin/usermod --shell /bin/bash --comment Alice --expiredate 2030-12-31 alice",
    );
    expect(fs.stat("/home/alice")).toMatchObject({ uid: 1005, gid: 1005, mode: 0o700 });
    expect(readText(fs, "/home/alice/.profile")).toBe("mine\n");
    expect(fs.stat("/home/alice/.config/app")).toMatchObject({ uid: 1005, mode: 0o600 });
    expect(fs.readLink("/home/alice/.config/link")).toBe("app");
  });

  test("a user is made by one command that says everything", async () => {
    const { users, argvs } = boot();
    await users.ensureUser(
      spec("alice", {
        uid: 5001,
        groups: ["sudo"],
        shell: "/bin/bash",
        gecos: "Alice",
        expireDate: "2030-12-31",
        inactiveDays: 5,
        system: true,
        noLogInit: true,
        selinuxUser: "staff_u",
      }),
    );
    expect(argvs()).toEqual([
      "/usr/sbin/useradd --home-dir /home/alice --create-home --user-group --groups sudo --shell /bin/bash --comment Alice --uid 5001 --system --expiredate 2030-12-31 --inactive 5 --no-log-init --selinux-user staff_u alice",
    ]);
  });

  test("the primary group is the one named, one of the user's name, or useradd's default", async () => {
    const { users, argvs } = boot();
    await users.ensureUser(spec("a", { primaryGroup: "users" }));
    await users.ensureGroup("b", []);
    await users.ensureUser(spec("b"));
    await users.ensureUser(spec("c", { noUserGroup: true, createHome: false }));
    expect(argvs()).toEqual([
      "/usr/sbin/useradd --home-dir /home/a --create-home --gid users a",
      "/usr/sbin/groupadd b",
      "/usr/sbin/useradd --home-dir /home/b --create-home --gid b b",
      "/usr/sbin/useradd --home-dir /home/c --no-create-home --no-user-group c",
    ]);
  });

  test("a second time changes nothing", async () => {
    const { users, ctx, changes, log } = boot();
    const ensure = async (adapter = users): Promise<void> => {
      await adapter.ensureUser(spec("alice"));
      await adapter.ensureGroup("sudo", ["alice"]);
      await adapter.ensureAuthorizedKeys("alice", [KEY]);
      await adapter.ensureSudoRules("alice", ["ALL=(ALL) ALL"]);
    };
    await ensure();
    const count = changes.length;
    await ensure();
    await ensure(createLinuxUsers(ctx));
    expect(changes).toHaveLength(count);
    expect(log).toContain("INFO User alice already exists, skipping.");
  });

  test("an existing user gains groups, one by one, and never by usermod -G alone", async () => {
    const { users, argvs } = boot();
    await users.ensureUser(spec("root", { groups: ["sudo", "users", "root"] }));
    expect(argvs()).toEqual([
      "/usr/sbin/usermod -a -G sudo root",
      "/usr/sbin/usermod -a -G users root",
    ]);
  });

  test("users and groups of other services are there and not made", async () => {
    const { users, argvs, fs } = boot({
      "passwd carol": "carol:*:7001:7000:Carol:/home/carol:/bin/bash\n",
      "group ops": "ops:*:7002:dave\n",
    });
    await users.ensureUser(spec("carol"));
    await users.ensureGroup("ops", []);
    expect(argvs()).toEqual([]);
    expect(await users.find("carol")).toEqual({ name: "carol", uid: 7001, home: "/home/carol" });
    await users.ensureAuthorizedKeys("carol", [KEY]);
    expect(fs.stat("/home/carol/.ssh/authorized_keys")).toMatchObject({ uid: 7001, gid: 7000 });
  });

  test("keys are the user's own, also before the tables know the user, as in a plan", async () => {
    const { users, fs } = boot();
    await users.ensureUser(spec("alice"));
    await users.ensureAuthorizedKeys("alice", [KEY], "no-pty");
    expect(readText(fs, "/home/alice/.ssh/authorized_keys")).toBe(`no-pty ${KEY}\n`);
    expect(fs.stat("/home/alice/.ssh")).toMatchObject({ uid: 1000, gid: 1000, mode: 0o700 });
    await expect(users.ensureAuthorizedKeys("ghost", [KEY])).rejects.toThrow("no such user");
  });

  test("members that do not exist are said, the others are in", async () => {
    const { users, argvs } = boot();
    await expect(users.ensureGroup("sudo", ["ghost", "root"])).rejects.toThrow(
      'Unable to add group member "ghost" to group "sudo"; user does not exist',
    );
    expect(argvs()).toEqual(["/usr/sbin/usermod -a -G sudo root"]);
  });

  test.each(["", "-x", "+x", "~x", "a:b", "a b", "a\nb", "a,b", "a/b"])(
    "the name %j is refused before a command runs",
    async (name) => {
      const { users, commands } = boot();
      await expect(users.ensureUser(spec(name))).rejects.toThrow(`Cannot create user "${name}"`);
      await expect(users.ensureGroup(name, [])).rejects.toThrow(`Cannot create group "${name}"`);
      expect(commands).toEqual([]);
    },
  );

  test.each([
    [spec("bob", { uid: 0 }), 'it is the uid of user "root"'],
    [spec("bob", { gecos: "x:y" }), "gecos has a colon"],
    [spec("bob", { home: "relative" }), "is no absolute path"],
  ])("%j is refused", async (user, reason) => {
    const { users, argvs } = boot();
    await expect(users.ensureUser(user)).rejects.toThrow(reason);
    expect(argvs()).toEqual([]);
  });
});
