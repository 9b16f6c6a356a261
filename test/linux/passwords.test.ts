// Passwords by Debian's own chpasswd and passwd, and sshd_config, in a sandbox with an /etc of its own.
import { describe, expect, test } from "bun:test";
import { lstatSync } from "node:fs";
import { findSandboxObstacle } from "../../scripts/linux-sandbox.ts";
import { bootLinux, INSTANCE_ID, META_DATA, SEED_DIR } from "../support/linux-machine.ts";
import { useDebian } from "../support/debian.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const HASH =
  "$6$abcdefgh$0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz012345";
const TEXT = "Grüne-Äpfel:7";

const USER_DATA = `#cloud-config
users:
  - default
  - name: alice
  - name: bob
  - name: carol
ssh_pwauth: false
chpasswd:
  users:
    - {name: ghost, type: text, password: Secret-1}
    - {name: alice, type: text, password: "${TEXT}"}
    - {name: bob, password: "${HASH}"}
    - {name: carol, type: RANDOM}
    - {name: carol, type: text, password: "Secret-2\\nroot:Secret-3"}
`;

/** Prints whether alice's hash is that of TEXT, by crypt(3), and the days of last change. */
const PROBE = `
hash=$(getent shadow alice | cut -d: -f2)
perl -e 'print crypt($ARGV[0], $ARGV[1]) eq $ARGV[1] ? "fits\n" : "does not fit\n"' '${TEXT}' "$hash"
getent shadow bob | cut -d: -f2
for name in alice bob carol; do getent shadow $name | cut -d: -f3; done
if [ -x /usr/sbin/sshd ]; then mkdir -p /run/sshd; /usr/sbin/sshd -t -f /etc/ssh/sshd_config; echo "sshd $?"; fi
`;

describe.skipIf(requireOrSkip(findSandboxObstacle()))("passwords on Debian", () => {
  const main = "# ours\nInclude /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\n";

  const debian = useDebian({
    userData: USER_DATA,
    probe: PROBE,
    prepare: (machine) => {
      machine.write("/etc/ssh/sshd_config", main);
    },
  });

  test("each is what was asked for, and has to be changed", () => {
    const [fits, hash, ...days] = debian.first.probe.trim().split("\n");
    expect(fits).toBe("fits");
    expect(hash).toBe(HASH);
    expect(days.slice(0, 3)).toEqual(["0", "0", "0"]);
    expect(days[3] ?? "sshd 0").toBe("sshd 0");
    expect(debian.read("/etc/shadow")).toMatch(/^carol:\$[0-9a-z]+\$/mu);
  });

  test("two bad entries are told, and no password anywhere", () => {
    expect(debian.first.exitCodes).toEqual([0, 2, 0, 0]);
    const result = debian.read("/var/lib/cloud/data/result.json");
    expect(result).toContain("there is no such user");
    const told = [
      result,
      debian.read("/var/log/cloud-init.log"),
      debian.read("/var/log/cloud-init-output.log"),
      debian.read(`/var/lib/cloud/instances/${INSTANCE_ID}/ledger.jsonl`),
    ].join("\n");
    for (const secret of ["Secret-", "Äpfel", HASH, "Set the following 'random'"]) {
      expect(told).not.toContain(secret);
    }
  });

  test("sshd_config stays, and the file beside it says that passwords are not taken", () => {
    const dropIn = "/etc/ssh/sshd_config.d/50-cloud-init.conf";
    expect(debian.read("/etc/ssh/sshd_config")).toBe(main);
    expect(debian.read(dropIn)).toBe("PasswordAuthentication no\n");
    expect(lstatSync(debian.machine.root + dropIn).mode & 0o777).toBe(0o600);
  });

  test("a second boot changes neither", () => {
    const shadow = debian.read("/etc/shadow");
    expect(bootLinux(debian.machine).exitCodes).toEqual([0, 0, 0, 0]);
    expect(debian.read("/etc/shadow")).toBe(shadow);
  }, 120_000);

  test("a new instance-id sets them again, of a hash that is there nothing changes", () => {
    const shadow = debian.read("/etc/shadow");
    debian.machine.write(
      `${SEED_DIR}/meta_data.json`,
      META_DATA.replace(INSTANCE_ID, "11111111-2222-4333-8444-555555555555"),
    );
    expect(bootLinux(debian.machine).exitCodes).toEqual([0, 2, 0, 0]);
    const line = (text: string, name: string): string | undefined =>
      text.split("\n").find((row) => row.startsWith(`${name}:`));
    expect(line(debian.read("/etc/shadow"), "bob")).toBe(line(shadow, "bob") ?? "");
    expect(line(debian.read("/etc/shadow"), "carol")).not.toBe(line(shadow, "carol") ?? "");
    expect(line(debian.read("/etc/shadow"), "root")).toBe(line(shadow, "root") ?? "");
  }, 120_000);
});
