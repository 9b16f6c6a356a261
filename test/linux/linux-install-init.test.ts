// install and uninstall on this machine's own files, in a namespace: with systemd, with sysvinit, on a full disk.
import { afterAll, describe, expect, test } from "bun:test";
import { builtArtefacts } from "../../scripts/built-artefacts.ts";
import {
  createLinuxSandbox,
  findSandboxObstacle,
  type LinuxSandbox,
  type SandboxResult,
} from "../../scripts/linux-sandbox.ts";
import { CLOUD_DIR, META_DATA, NETWORK_DATA, SEED_DIR } from "../support/linux-machine.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const BUILT = "/usr/local/bin/cloud-init.built";
const TIMEOUT_MS = 120_000;
/** Kind, mode, owner, target and content of everything where an install writes. */
const LIST = `find /etc /usr/bin /usr/lib/cloud-init /usr/share/man/man1 /var/lib -printf '%y %m %U:%G %p %l\\n' 2>/dev/null | sort
find /etc /usr/bin/cloud* /usr/lib/cloud-init -type f -exec cksum {} + 2>/dev/null | sort -k3`;

async function createSandbox(without: readonly string[]): Promise<LinuxSandbox> {
  return createLinuxSandbox({
    without: [...without, "/etc/cloud", CLOUD_DIR, "/usr/bin/cloud-init", "/usr/bin/cloud-id"],
    programs: { [BUILT]: builtArtefacts().binary },
  });
}

function sh(sandbox: LinuxSandbox, script: string): SandboxResult {
  return sandbox.boot(["/bin/sh", "-c", script]);
}

describe.skipIf(requireOrSkip(findSandboxObstacle()))("install on Linux", () => {
  const sandboxes: LinuxSandbox[] = [];
  const open = async (without: readonly string[] = []): Promise<LinuxSandbox> => {
    const sandbox = await createSandbox(without);
    sandboxes.push(sandbox);
    return sandbox;
  };
  afterAll(() => sandboxes.forEach((sandbox) => sandbox.close()));

  test(
    "with systemd: units are enabled, and uninstall brings back what was there",
    async () => {
      const sandbox = await open();
      sandbox.write("/usr/lib/systemd/system/basic.target", "[Unit]\nDescription=Basic\n");
      sandbox.write("/usr/bin/cloud-init", "#!/usr/bin/python3\nprint('old')\n", 0o755);
      const before = sh(sandbox, LIST).stdout;
      expect(before).toContain("f 755 0:0 /usr/bin/cloud-init ");
      const first = sh(sandbox, `${BUILT} install && /usr/bin/cloud-init --version`);
      expect(first).toMatchObject({ exitCode: 0, stderr: "" });
      expect(first.stdout).toContain("wrote /etc/systemd/system/cloud-init-local.service\n");
      expect(first.stdout).toMatch(/^cloud-init \d+\.\d+\.\d+$/mu);
      const again = sh(sandbox, `${BUILT} install`);
      expect(again.stdout).not.toMatch(/^(?:wrote|linked|made|saved) /mu);
      const undone = sh(sandbox, "/usr/bin/cloud-init uninstall");
      expect(undone).toMatchObject({ exitCode: 0, stderr: "" });
      expect(undone.stdout).toContain("restored /usr/bin/cloud-init\n");
      expect(sh(sandbox, LIST).stdout).toBe(before);
    },
    TIMEOUT_MS,
  );

  test(
    "with sysvinit: the scripts boot the machine in the order of their links",
    async () => {
      const sandbox = await open(["/sbin/init"]);
      sandbox.write("/etc/inittab", "id:2:initdefault:\n");
      sandbox.write("/etc/rcS.d/S12networking", "#!/bin/sh\n", 0o755);
      sandbox.write(`${SEED_DIR}/meta_data.json`, META_DATA);
      sandbox.write(`${SEED_DIR}/network_data.json`, NETWORK_DATA);
      const before = sh(sandbox, LIST).stdout;
      const first = sh(sandbox, `${BUILT} install`);
      expect(first).toMatchObject({ exitCode: 0, stderr: "" });
      expect(first.stdout).toContain(
        "linked /etc/rcS.d/S12cloud-init-local -> ../init.d/cloud-init-local\n",
      );
      expect(first.stdout).toContain("linked /etc/rc2.d/S99cloud-final -> ../init.d/cloud-final\n");
      expect(first.stdout).not.toContain("/etc/systemd/");

      // As /etc/init.d/rc does it: every script of a level in the order of the names.
      const boot = sh(
        sandbox,
        `for script in /etc/rcS.d/S*cloud* /etc/rc2.d/S*cloud*; do
  "$script" start >>/var/tmp/output 2>&1; echo "$script $?"
done
cloud-init status; hostname`,
      );
      expect(boot.stdout.split("\n").slice(0, 6)).toEqual([
        "/etc/rcS.d/S12cloud-init-local 0",
        "/etc/rcS.d/S13cloud-init 0",
        "/etc/rc2.d/S98cloud-config 0",
        "/etc/rc2.d/S99cloud-final 0",
        "status: done",
        "vm1",
      ]);
      const disabled = sh(
        sandbox,
        "touch /etc/cloud/cloud-init.disabled; /etc/init.d/cloud-final start; echo $?",
      );
      expect(disabled.stdout).toBe(
        'Not starting cloud-final: disabled by "/etc/cloud/cloud-init.disabled"\n0\n',
      );

      const fresh = await open(["/sbin/init"]);
      fresh.write("/etc/inittab", "id:2:initdefault:\n");
      fresh.write("/etc/rcS.d/S12networking", "#!/bin/sh\n", 0o755);
      fresh.write(`${SEED_DIR}/meta_data.json`, META_DATA);
      fresh.write(`${SEED_DIR}/network_data.json`, NETWORK_DATA);
      expect(sh(fresh, LIST).stdout).toBe(before);
      expect(sh(fresh, `${BUILT} install && ${BUILT} uninstall`).exitCode).toBe(0);
      expect(sh(fresh, LIST).stdout).toBe(before);
    },
    TIMEOUT_MS,
  );

  test(
    "on a full disk the old program stays whole, and the message says what was tried",
    async () => {
      const sandbox = await open();
      const { stdout } = sh(
        sandbox,
        `mkdir /image && mount -t tmpfs -o size=2m tmpfs /image || exit 1
mkdir -p /image/usr/bin /image/usr/lib/systemd/system
echo old > /image/usr/bin/cloud-init
${BUILT} install --root /image --distro debian 2>&1; echo "exit $?"
cat /image/usr/bin/cloud-init
ls -A /image/usr/bin
${BUILT} uninstall --root /image --distro debian 2>&1; echo "exit $?"
find /image -type f`,
      );
      expect(stdout).toContain(
        'cloud-init: Cannot write "/image/usr/bin/cloud-init": no space is left on the device (ENOSPC): ENOSPC: no space left on device, write\nexit 1\nold\ncloud-init\n',
      );
      expect(stdout).toEndWith("exit 0\n/image/usr/bin/cloud-init\n");
    },
    TIMEOUT_MS,
  );
});
