import { describe, expect, test } from "bun:test";
import { findGroupEntry, findPasswdEntry } from "../../src/distros/posix/accounts.ts";
import { readText } from "../../src/system/files.ts";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { machineChanges } from "../support/machine-state.ts";
import {
  buildDrive,
  commandLines,
  createMachine,
  messagesAt,
  resultOf,
  textAt,
} from "../support/sample-machine.ts";

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA oper@example.com";
const HASH = "{ssha512}06$abcdefgh$0123456789abcdefghijklmnop";
const OTHER_HASH = "{ssha512}06$ijklmnop$0123456789abcdefghijklmnop";
const PEOPLE = /mkuser|useradd|mkgroup|chgrpmem|chpasswd|chuser|chsec|pwdadm|usermod/u;

const USER_DATA = `#cloud-config
groups: [dba, {ops: [root, alice]}]
users:
  - default
  - {name: alice, groups: dba, shell: /opt/freeware/bin/bash, sudo: "ALL=(ALL) ALL", hashed_passwd: "${HASH}", lock_passwd: false, expiredate: "2031-05-06"}
  - {name: "bad:name"}
  - {name: oper, groups: [dba], sudo: "ALL=(ALL) NOPASSWD: ALL", ssh_authorized_keys: ["${KEY}"], passwd: "${HASH}", shell: /usr/bin/csh}
`;

function create(): SimulatedAix {
  return createMachine({
    drive: buildDrive({ userData: USER_DATA }),
    files: {
      "/etc/sudoers": "root ALL=(ALL) ALL\n#includedir /etc/sudoers.d\n",
      "/opt/freeware/bin/bash": "",
    },
  });
}

/** A user of the image, with a password, a group and keys of its own. */
async function addOper(aix: SimulatedAix): Promise<void> {
  const { exec, fs } = aix.system;
  await exec.run(["/usr/bin/mkgroup", "printq2"]);
  await exec.run(["/usr/bin/mkuser", "groups=staff,printq2", "home=/home/oper", "oper"]);
  await exec.run(["/usr/bin/chpasswd", "-e", "-c"], { stdin: `oper:${OTHER_HASH}\n` });
  fs.makeDirectory("/home/oper/.ssh", { mode: 0o700, owner: "oper:staff" });
  fs.write("/home/oper/.ssh/authorized_keys", "ssh-rsa AAAAB3NzaC1yc2EAAAAD own\n", {
    mode: 0o600,
    owner: "oper:staff",
  });
}

function stanza(aix: SimulatedAix, file: string, name: string): string {
  return new RegExp(`^${name}:\\n(?:\\t.*\\n)*`, "mu").exec(textAt(aix, file))?.[0] ?? "";
}

function people(aix: SimulatedAix, mark = 0): readonly string[] {
  return commandLines(aix, mark).filter((line) => PEOPLE.test(line));
}

describe("people on AIX", () => {
  test("first boot: users are there, the image's own is completed, one bad name stops nobody", async () => {
    const aix = create();
    await addOper(aix);
    const mark = aix.commands.length;
    await runBoot(aix);

    expect(people(aix, mark)).toEqual([
      "/usr/bin/mkgroup dba",
      "/usr/bin/mkgroup ops",
      "/usr/bin/chsec -f /etc/security/login.cfg -s usw -a shells=/bin/sh,/bin/bsh,/bin/csh,/bin/ksh,/bin/tsh,/bin/ksh93,/usr/bin/sh,/usr/bin/bsh,/usr/bin/csh,/usr/bin/ksh,/usr/bin/tsh,/usr/bin/ksh93,/bin/bash,/usr/bin/bash,/opt/freeware/bin/bash",
      "/usr/bin/mkuser pgrp=staff groups=staff,dba home=/home/alice shell=/opt/freeware/bin/bash expires=0506000031 alice",
      "/usr/bin/chpasswd -e -c",
      "/usr/bin/chgrpmem -m + oper dba",
      "/usr/bin/chgrpmem -m + root,alice ops",
    ]);
    const { fs } = aix.system;
    expect(stanza(aix, "/etc/security/passwd", "alice")).toContain(`password = ${HASH}\n`);
    expect(stanza(aix, "/etc/security/passwd", "alice")).not.toContain("ADMCHG");
    expect(stanza(aix, "/etc/security/passwd", "oper")).toContain(`password = ${OTHER_HASH}\n`);
    expect(findPasswdEntry(fs, "oper")?.shell).toBe("/usr/bin/ksh");
    expect(findGroupEntry(fs, "printq2")?.members).toEqual(["oper"]);
    expect(findGroupEntry(fs, "dba")?.members).toEqual(["alice", "oper"]);
    expect(readText(fs, "/home/oper/.ssh/authorized_keys")).toBe(
      `ssh-rsa AAAAB3NzaC1yc2EAAAAD own\n${KEY}\n`,
    );
    expect(textAt(aix, "/etc/sudoers.d/90-cloud-init-users")).toContain("oper ALL=(ALL) NOPASSWD");
    expect(stanza(aix, "/etc/security/user", "root")).not.toContain("account_locked = true");
    expect(resultOf(aix).errors.filter((text) => text.includes("bad:name"))).toHaveLength(1);
    expect(messagesAt(aix, "WARNING").join("\n")).toContain(
      "'passwd' in user-data is ignored for existing user oper",
    );
    expect(aix.gaps).toEqual([]);
  });

  test("second boot: nobody is touched", async () => {
    const aix = create();
    await addOper(aix);
    await runBoot(aix);
    aix.reboot();
    const mark = aix.commands.length;
    const changes = aix.changes.length;
    await runBoot(aix);
    expect(people(aix, mark)).toEqual([]);
    expect(machineChanges(aix, changes).filter((line) => /sudoers|\.ssh|home/u.test(line))).toEqual(
      [],
    );
  });

  test("re-deploy: users keep the passwords that they have chosen since, and nothing is done twice", async () => {
    const aix = create();
    await addOper(aix);
    await runBoot(aix);
    await aix.system.exec.run(["/usr/bin/chpasswd", "-c"], { stdin: "oper:Mine-2026\n" });
    const oper = stanza(aix, "/etc/security/passwd", "oper");
    aix.media.set(
      "cd0",
      buildDrive({
        userData: USER_DATA,
        metaData: { uuid: "0a1b2c3d-0000-4000-8000-000000000002" },
      }),
    );
    aix.reboot();
    const mark = aix.commands.length;
    await runBoot(aix);
    expect(people(aix, mark)).toEqual([]);
    expect(stanza(aix, "/etc/security/passwd", "oper")).toBe(oper);
    expect(textAt(aix, "/etc/sudoers.d/90-cloud-init-users").match(/^oper /gmu)).toHaveLength(1);
  });
});
