// Debian's own mount, findmnt, fallocate and mkswap: in a private copy of this machine, and on files.
import { afterAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findSandboxObstacle } from "../../scripts/linux-sandbox.ts";
import { makeSwapFile, unfinishedMark } from "../../src/distros/linux/volumes-swap-file.ts";
import { createHostSystem } from "../../src/system/host-system.ts";
import type { System } from "../../src/system/system.ts";
import { bootLinux, META_DATA, SEED_DIR } from "../support/linux-machine.ts";
import { createTestLogger } from "../support/module-context.ts";
import { useDebian } from "../support/debian.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const NEEDED = ["/usr/bin/findmnt", "/usr/bin/mount", "/usr/sbin/mkswap", "/usr/bin/fallocate"];
const IMAGE_FSTAB = "# the image's\ntmpfs /srv/image tmpfs size=1m 0 0";
const USER_DATA = `#cloud-config
mounts:
  - [tmpfs, "/srv/my data", tmpfs, "size=1m,nofail,mode=0750", "0", "0"]
  - [/usr/share, /srv/bound, none, "bind,ro"]
  - [ephemeral0, /mnt]
  - [LABEL=never there, /srv/missing, ext4]
swap: {filename: /swap.img, size: 0}
`;
const PROBE = `findmnt -n -r -o TARGET,FSTYPE,SOURCE | grep /srv/
findmnt --verify 2>&1
test -e /srv/bound/doc && echo bound
stat -c '%a %U' '/srv/my data'
stat -c '%a' /etc/fstab`;

function findObstacle(): string | undefined {
  const missing = NEEDED.find((path) => !existsSync(path));
  return missing === undefined
    ? findSandboxObstacle()
    : `there is no "${missing}" (Debian packages mount, util-linux)`;
}

describe.skipIf(requireOrSkip(findObstacle()))("file systems on Debian", () => {
  const fstab = (): string => readFileSync(`${debian.machine.root}/etc/fstab`, "utf8");

  const debian = useDebian({
    userData: USER_DATA,
    probe: PROBE,
    prepare: (machine) => {
      machine.write("/etc/fstab", IMAGE_FSTAB);
      machine.write("/srv/image/.keep", "");
    },
  });

  test("are written to the table as mount and findmnt read it, and mounted", () => {
    expect(debian.first.exitCodes).toEqual([0, 0, 0, 0]);
    const lines = debian.first.probe.split("\n");
    expect(lines.filter((line) => line.startsWith("/srv/my\\x20data tmpfs "))).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith("/srv/bound "))).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith("/srv/missing "))).toEqual([]);
    expect(debian.first.probe).toContain("0 parse errors");
    expect(lines.filter((line) => line.includes("[E]"))).toEqual([
      "   [E] unreachable on boot required source: LABEL=never there",
    ]);
    expect(lines).toContain("bound");
    expect(lines).toContain("750 root");
    expect(fstab()).toStartWith(`${IMAGE_FSTAB}\ntmpfs\t/srv/my\\040data\ttmpfs\t`);
    const log = readFileSync(`${debian.machine.root}/var/log/cloud-init.log`, "utf8");
    expect(log).toContain("Ignoring nonexistent named mount ephemeral0");
    expect(log).toContain('"LABEL=never there" is not mounted on "/srv/missing"');
  });

  test("are left alone at the second boot, where mount -a of the system's own finds them", () => {
    const table = fstab();
    const again = bootLinux(debian.machine, `mount -a; echo mount $?\n${PROBE}`);
    expect(again.exitCodes).toEqual([0, 0, 0, 0]);
    expect(again.probe).toContain("mount 0\n");
    expect(again.probe).toContain("\nbound\n");
    expect(fstab()).toBe(table);
  });

  test("a swap file where the kernel cannot swap to one is refused before it is made", () => {
    debian.machine.write(`${SEED_DIR}/meta_data.json`, META_DATA.replace("3976d990", "3976d991"));
    debian.machine.write(`${SEED_DIR}/user_data`, "#cloud-config\nswap: {size: 1M}\n");
    const boot = bootLinux(debian.machine, "ls /swap.img*; cat /proc/swaps | wc -l");
    expect(boot.exitCodes).toEqual([0, 1, 0, 0]);
    expect(existsSync(`${debian.machine.root}/swap.img`)).toBe(false);
    const log = readFileSync(`${debian.machine.root}/var/log/cloud-init.log`, "utf8");
    expect(log).toContain("the kernel cannot swap to a file on overlay");
  });
});

describe.skipIf(requireOrSkip(findObstacle()))("a swap file by Debian's tools", () => {
  const directory = mkdtempSync(join(tmpdir(), "swap-file-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** This machine, but for the program that would make it swap. */
  function harmless(
    answers: Readonly<Record<string, { exitCode: number; stderr: string }>>,
  ): System {
    const host = createHostSystem();
    return {
      ...host,
      exec: {
        query: host.exec.query,
        run: async (argv, options) => {
          const answer = answers[argv[0] ?? ""];
          return answer === undefined
            ? host.exec.run(argv, options)
            : { ...answer, stdout: "", timedOut: false, durationMs: 1 };
        },
      },
    };
  }
  const make = (sys: System, file: string): Promise<string | undefined> =>
    makeSwapFile({ sys, log: createTestLogger([]), systemInfo: {} }, file, 2, "ext4");
  const SWAPON = { "/usr/sbin/swapon": { exitCode: 0, stderr: "" } };

  test("is one that blkid knows, private and of its size; also where zeros are written", async () => {
    const noFallocate = { "/usr/bin/fallocate": { exitCode: 1, stderr: "unsupported" } };
    for (const [name, more] of Object.entries({ fallocate: {}, "dd it": noFallocate })) {
      const file = join(directory, name);
      expect(await make(harmless({ ...SWAPON, ...more }), file)).toBeUndefined();
      expect(statSync(file)).toMatchObject({ size: 2 * 2 ** 20 });
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(statSync(file).blocks * 512).toBeGreaterThanOrEqual(2 * 2 ** 20);
      expect(existsSync(unfinishedMark(file))).toBe(false);
      const probe = spawnSync("/usr/sbin/blkid", ["-p", "-o", "value", "-s", "TYPE", file]);
      expect(probe.stdout.toString()).toBe("swap\n");
    }
  });

  test("is gone again where swapon refuses it", async () => {
    const file = join(directory, "refused");
    const refused = { "/usr/sbin/swapon": { exitCode: 255, stderr: "swapon: not permitted" } };
    expect(await make(harmless(refused), file)).toContain("swapon: not permitted");
    expect([existsSync(file), existsSync(unfinishedMark(file))]).toEqual([false, false]);
  });
});
