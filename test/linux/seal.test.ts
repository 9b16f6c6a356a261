// The built program seals a real Debian in a namespace, which then becomes another instance.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { findSandboxObstacle, type LinuxSandbox } from "../../scripts/linux-sandbox.ts";
import {
  bootLinux,
  createLinuxMachine,
  hostFingerprint,
  META_DATA,
  NETWORK_DATA,
  SEED_DIR,
} from "../support/linux-machine.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const MARKS = [
  "i-marked-old",
  "marked-oldhost",
  "MARKED-RUNCMD",
  "MARKED-SCRIPT",
  "192.0.2.20",
  "192.0.2.53",
];
/** Where a cloud-init writes; the machine that the tests run on has our own sources elsewhere. */
const PLACES = "/etc /home /run /srv /var/lib/cloud /var/log /root/.sh_history /root/.bash_history";
const TIMEOUT_MS = 180_000;

/** Files with a mark, but those of the seed, which stands for the drive. */
const SEARCH = `grep -srlF ${MARKS.map((mark) => `-e ${mark}`).join(" ")} ${PLACES} --exclude-dir=seed --exclude-dir=t`;

const USER_DATA = `Content-Type: multipart/mixed; boundary="marked"
MIME-Version: 1.0

--marked
Content-Type: text/cloud-config

#cloud-config
manage_etc_hosts: localhost
runcmd: [echo MARKED-RUNCMD]

--marked
Content-Type: text/x-shellscript-per-boot
Content-Disposition: attachment; filename="marked.sh"

#!/bin/sh
echo MARKED-SCRIPT
--marked--
`;

const metaData = (id: string, name: string): string =>
  JSON.stringify({ ...JSON.parse(META_DATA), uuid: id, hostname: `${name}.example.com`, name });

describe.skipIf(requireOrSkip(findSandboxObstacle()))("seal on Debian", () => {
  let before = "";
  let machine: LinuxSandbox;
  const read = (file: string): string => readFileSync(machine.root + file, "utf8");
  const run = (script: string) => machine.boot(["/bin/sh", "-c", script]);

  beforeAll(async () => {
    before = hostFingerprint();
    machine = await createLinuxMachine();
    machine.write(`${SEED_DIR}/meta_data.json`, metaData("i-marked-old", "marked-oldhost"));
    machine.write(`${SEED_DIR}/network_data.json`, NETWORK_DATA);
    machine.write(`${SEED_DIR}/user_data`, USER_DATA);
    machine.write("/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
    expect(bootLinux(machine).exitCodes).toEqual([0, 0, 0, 0]);
    machine.write("/root/.bash_history", "ssh marked-oldhost\n", 0o600);
  }, TIMEOUT_MS);
  afterAll(() => {
    machine?.close();
    expect(hostFingerprint()).toBe(before);
  });

  test(
    "nothing of the old instance is left in the image, and the new one has its own",
    () => {
      expect(run(SEARCH).stdout.split("\n").length).toBeGreaterThan(5);
      const hostKey = read("/etc/ssh/ssh_host_ed25519_key");
      const check = run("/usr/bin/cloud-init seal --check");
      expect(check.exitCode).toBe(1);
      expect(check.stdout).toContain("machine-id: Reset /etc/machine-id\n");
      const user = run("setpriv --reuid 65534 --clear-groups /usr/bin/cloud-init seal");
      expect(user.stderr).toContain("Cannot seal: Only root may");
      expect(user.exitCode).toBe(1);

      const sealed = run(`/usr/bin/cloud-init seal; echo $?; ${SEARCH}`);
      expect(sealed.stdout).toEndWith("Its next boot is a first boot\n0\n");
      expect(read("/etc/machine-id")).toBe("uninitialized\n");
      expect(existsSync(`${machine.root}/etc/ssh/ssh_host_ed25519_key`)).toBe(false);
      expect(run("/usr/bin/cloud-init seal --check").exitCode).toBe(0);

      writeFileSync(`${machine.root}${SEED_DIR}/meta_data.json`, metaData("i-new", "newhost"));
      writeFileSync(
        `${machine.root}${SEED_DIR}/network_data.json`,
        NETWORK_DATA.replaceAll("192.0.2.", "198.51.100."),
      );
      writeFileSync(`${machine.root}${SEED_DIR}/user_data`, "#cloud-config\n{}\n");
      const boot = bootLinux(machine, SEARCH);
      expect(boot.exitCodes).toEqual([0, 0, 0, 0]);
      expect(boot.probe).toBe("");
      expect(read("/etc/ssh/ssh_host_ed25519_key")).not.toBe(hostKey);
      expect(readdirSync(`${machine.root}/var/lib/cloud/instances`)).toEqual(["i-new"]);
    },
    TIMEOUT_MS,
  );
});
