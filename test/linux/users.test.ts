// Users and groups by Debian's own useradd, groupadd, chpasswd, passwd and visudo, in a sandbox with an /etc of its own.
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { findSandboxObstacle } from "../../scripts/linux-sandbox.ts";
import { bootLinux, META_DATA, SEED_DIR } from "../support/linux-machine.ts";
import { useDebian } from "../support/debian.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const KEY =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp0b3J5c2FtcGxla2V5Zm9ydGhlZGVtb2FpeDEyMzQ1Njc4 alice@example.com";
const HASH =
  "$6$abcdefgh$0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz012345";
const PLAIN = "Correct-Horse-42";

const USER_DATA = `#cloud-config
groups: [dba, {ops: [root, alice, nobody-here]}]
users:
  - default
  - name: alice
    gecos: Alice Example
    primary_group: dba
    groups: [ops, later]
    shell: /bin/sh
    uid: 4711
    expiredate: "2031-05-06"
    inactive: 30
    lock_passwd: false
    hashed_passwd: "${HASH}"
    sudo: ["ALL=(ALL) NOPASSWD: /usr/bin/id"]
    doas: ["permit nopass alice as root cmd id"]
    ssh_authorized_keys: ["${KEY}"]
  - {name: svc, system: true, no_create_home: true, shell: /usr/sbin/nologin}
  - {name: plain, plain_text_passwd: ${PLAIN}, lock_passwd: false}
  - {name: locked, hashed_passwd: "${HASH}"}
  - {name: wronghash, lock_passwd: false, hashed_passwd: "{ssha512}06$abcdefgh$0123456789"}
  - {name: badsudo, sudo: "THIS IS(NOT A RULE"}
  - {name: "a:b"}
  - {name: "-x"}
  - {name: "x\\nroot2"}
  - {name: staff}
  - {name: daemon, groups: ops}
`;

const PROBE = `
getent passwd alice svc plain locked staff daemon
echo "groups $(id -Gn alice)"
echo "daemon $(id -Gn daemon)"
echo "staff $(id -gn staff)"
echo "expires $(getent shadow alice | cut -d: -f7,8)"
getent shadow alice locked root | cut -d: -f1,2
for name in wronghash badsudo; do getent passwd $name | cut -d: -f1; done
stat -c '%a %U:%G %n' /home/alice /home/alice/.ssh/authorized_keys /etc/sudoers.d/90-cloud-init-users
test -d /home/svc && echo svc has a home
visudo -c -q && echo sudoers good
grep -c root2 /etc/passwd
`;

/** Everything that tells of users, byte for byte. */
const STATE =
  "for f in /etc/passwd /etc/group /etc/shadow /etc/gshadow /etc/sudoers /etc/sudoers.d/* /etc/doas.conf /home/*/.ssh/*; do echo \"$f $(stat -c '%a %u %g' $f) $(sha256sum < $f)\"; done";

describe.skipIf(requireOrSkip(findSandboxObstacle()))("users and groups on Debian", () => {
  const log = (): string => debian.read("/var/log/cloud-init.log");

  const debian = useDebian({
    userData: USER_DATA,
    probe: `${PROBE}\n${STATE} >/var/tmp/state1`,
  });

  test("users have what was asked for", () => {
    const { probe } = debian.first;
    expect(probe).toMatch(/^alice:x:4711:\d+:Alice Example:\/home\/alice:\/bin\/sh$/mu);
    expect(probe).toMatch(/^svc:x:\d{1,3}:\d+:[^:]*:\/home\/svc:\/usr\/sbin\/nologin$/mu);
    expect(probe).not.toContain("svc has a home");
    expect(/^groups (.*)$/mu.exec(probe)?.[1]?.split(" ").sort()).toEqual(["dba", "later", "ops"]);
    expect(probe).toContain("expires 30:22405");
    expect(probe).toContain(`alice:${HASH}`);
    expect(probe).toContain("locked:!");
    expect(probe).toMatch(/^700 alice:dba \/home\/alice$|^755 alice:dba \/home\/alice$/mu);
    expect(probe).toContain("600 alice:dba /home/alice/.ssh/authorized_keys");
    expect(debian.read("/home/alice/.ssh/authorized_keys")).toContain(KEY);
    expect(debian.read("/etc/shadow")).toMatch(/^plain:\$[0-9a-z]+\$/mu);
  });

  test("a user that exists gains a group, one of a group's name gets that group", () => {
    expect(/^daemon (.*)$/mu.exec(debian.first.probe)?.[1]?.split(" ")).toEqual(
      expect.arrayContaining(["daemon", "ops"]),
    );
    expect(debian.first.probe).toContain("staff staff");
  });

  test("bad ones are told, nothing broken is left and the next are made", () => {
    const result = debian.read("/var/lib/cloud/data/result.json");
    for (const part of ["a:b", "-x", "root2", "nobody-here", "badsudo", "wronghash"]) {
      expect(result).toContain(part);
    }
    expect(result).toContain("is a format of AIX");
    expect(debian.first.probe).toContain("wronghash\n");
    expect(debian.first.probe).toContain("badsudo\n");
    expect(debian.first.probe).toMatch(/^0$/mu);
    expect(debian.read("/etc/sudoers.d/90-cloud-init-users")).not.toContain("badsudo");
    expect(debian.read("/etc/sudoers.d/90-cloud-init-users")).toContain("alice ALL=(ALL) NOPASSWD");
    expect(debian.first.probe).toContain("440 root:root /etc/sudoers.d/90-cloud-init-users");
    expect(debian.first.probe).toContain("sudoers good");
    expect(debian.read("/etc/doas.conf")).toContain("permit nopass alice as root cmd id");
    expect(log()).toContain("doas is not installed");
  });

  test("no password is in the log", () => {
    expect(log()).not.toContain(PLAIN);
    expect(log()).not.toContain(HASH);
    expect(debian.read("/var/log/cloud-init-output.log")).not.toContain(PLAIN);
  });

  test("a second run and a second boot change nothing but the password given as text", () => {
    const { probe } = bootLinux(
      debian.machine,
      `${STATE} >/var/tmp/state2; /usr/bin/cloud-init single --name users_groups --frequency always >/dev/null 2>&1; ${STATE} >/var/tmp/state3`,
    );
    expect(probe).toBe("");
    expect(debian.read("/var/tmp/state1")).toMatch(
      /^\/etc\/sudoers\.d\/90-cloud-init-users 440 0 0 /mu,
    );
    expect(debian.read("/var/tmp/state2")).toBe(debian.read("/var/tmp/state1"));
    const steady = (text: string): string => text.replace(/^\/etc\/shadow .*$/mu, "");
    // chpasswd takes a salt of its own each time that it is given a text.
    expect(steady(debian.read("/var/tmp/state3"))).toBe(steady(debian.read("/var/tmp/state1")));
  }, 120_000);

  test("a user cut off in useradd is completed by the next deployment", () => {
    debian.machine.write(
      `${SEED_DIR}/meta_data.json`,
      META_DATA.replace(/"uuid":"[^"]*"/u, '"uuid":"0a1b2c3d-0000-4000-8000-000000000002"'),
    );
    debian.machine.write(
      `${SEED_DIR}/user_data`,
      `#cloud-config\nusers: [{name: halfway, gecos: Half Way, shell: /bin/sh, ssh_authorized_keys: ["${KEY}"], expiredate: "2031-05-06"}]\n`,
    );
    debian.machine.write(
      "/etc/passwd",
      `${debian.read("/etc/passwd")}halfway:x:4999:4999::/home/halfway:\n`,
    );
    debian.machine.write("/var/lib/cloud/data/new-users", "halfway\n", 0o600);
    const { probe } = bootLinux(
      debian.machine,
      "getent passwd halfway; id -Gn halfway; getent shadow halfway | cut -d: -f1,2,8; stat -c '%U:%G' /home/halfway /home/halfway/.profile; pwck -r -q | grep halfway; grpck -r | grep halfway; true",
    );
    expect(probe.split("\n").slice(0, -1)).toEqual([
      "halfway:x:4999:4999:Half Way:/home/halfway:/bin/sh",
      "halfway",
      expect.stringMatching(/^halfway:[!*x]+:22405$/u),
      "halfway:halfway",
      "halfway:halfway",
    ]);
    expect(existsSync(`${debian.machine.root}/var/lib/cloud/data/new-users`)).toBeFalse();
    expect(debian.read("/home/halfway/.ssh/authorized_keys")).toContain(KEY);
  }, 120_000);
});
