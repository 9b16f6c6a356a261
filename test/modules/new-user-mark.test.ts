import { describe, expect, test } from "bun:test";
import { createAixUsers } from "../../src/distros/aix/users.ts";
import { findPasswdEntry } from "../../src/distros/posix/accounts.ts";
import { usersGroups } from "../../src/modules/users-groups.ts";
import { bootSimulatedAix, type SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { readText } from "../../src/system/files.ts";
import {
  CLOUD_DIR,
  createTestDistro,
  createTestLogger,
  runModule,
} from "../support/module-context.ts";

const MARK = `${CLOUD_DIR}/data/new-users`;
const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA alice@example.com";
const HASH = "{ssha512}06$abcdefgh$0123456789abcdefghijklmnop";
const CONFIG = {
  groups: ["dba"],
  users: [
    {
      name: "alice",
      gecos: "Alice Example",
      groups: "dba",
      homedir: "/srv/alice",
      passwd: HASH,
      lock_passwd: false,
      ssh_authorized_keys: [KEY],
    },
    { name: "bob" },
  ],
};

/** Runs users_groups; gives what failed. */
async function run(aix: SimulatedAix): Promise<readonly string[]> {
  const users = createAixUsers({ sys: aix.system, log: createTestLogger([]), systemInfo: {} });
  const distro = { ...createTestDistro(aix.system), users };
  const { failures } = await runModule(usersGroups, {
    config: CONFIG,
    systemInfo: { default_user: { name: "root" } },
    system: aix.system,
    distro,
  });
  expect(aix.gaps).toEqual([]);
  return failures;
}

/** A machine that went down when mkuser had written alice's line, and nothing else of hers. */
function cutOff(): SimulatedAix {
  const aix = bootSimulatedAix();
  const { fs } = aix.system;
  const line = "alice:*:777:1::/home/alice:/usr/bin/ksh\n";
  fs.write("/etc/passwd", `${readText(fs, "/etc/passwd")}${line}`);
  return aix;
}

function accounts(aix: SimulatedAix): readonly string[] {
  const files = ["/etc/passwd", "/etc/group", "/etc/security/user", "/etc/security/passwd"];
  return files.map((file) =>
    readText(aix.system.fs, file).replace(/lastupdate = \d+|(?<=(?:alice|bob):[!*]:)\d+/gu, "N"),
  );
}

describe("a user that was being made when the machine went down", () => {
  test("ends as if it had not, with the number it had got", async () => {
    const aix = cutOff();
    aix.system.fs.write(MARK, "alice\n");
    expect(await run(aix)).toEqual([]);
    const whole = bootSimulatedAix();
    await run(whole);
    expect(accounts(aix)).toEqual(accounts(whole));
    const { fs } = aix.system;
    expect(findPasswdEntry(fs, "alice")).toMatchObject({ uid: 777, home: "/srv/alice" });
    for (const file of ["/srv/alice", "/srv/alice/.profile", "/srv/alice/.ssh/authorized_keys"]) {
      expect(fs.stat(file)?.uid).toBe(777);
      expect(fs.stat(file)?.mode).toBe(whole.system.fs.stat(file)?.mode);
    }
    expect(fs.stat(MARK)).toBeUndefined();
  });

  test("is a user of the image's own where nothing says that it was ours: nothing is taken from it", async () => {
    const aix = cutOff();
    aix.system.fs.write("/etc/security/passwd", "alice:\n\tpassword = mine\n\n");
    await run(aix);
    expect(readText(aix.system.fs, "/etc/security/passwd")).toContain(
      "alice:\n\tpassword = mine\n",
    );
    expect(findPasswdEntry(aix.system.fs, "alice")?.home).toBe("/home/alice");
  });

  test("the mark is on disk before mkuser runs, and gone when the user has its keys", async () => {
    const aix = bootSimulatedAix();
    await run(aix);
    const changes = aix.changes.map((change) =>
      change.kind === "command" ? (change.argv[0] ?? "") : "path" in change ? change.path : "",
    );
    const order = [
      changes.indexOf(MARK),
      changes.indexOf("/usr/bin/mkuser"),
      changes.indexOf("/srv/alice/.ssh/authorized_keys"),
      changes.indexOf(MARK, changes.indexOf(MARK) + 1),
    ];
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order.includes(-1)).toBeFalse();
  });
});
