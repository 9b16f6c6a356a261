// Mounts and paging space on a simulated LVM: first boot, reboot, second run, re-deploy.
import { describe, expect, test } from "bun:test";
import { VOLUME_GROUP_MAPPING_PATH } from "../../src/distros/aix/volume-group-mapping.ts";
import type { SeedFaults } from "../../src/simulator/aix/seed.ts";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import type { SeedStorage } from "../../src/simulator/aix/volumes.ts";
import { single } from "../support/run-by-hand.ts";
import {
  buildDrive,
  createMachine,
  messagesAt,
  statusOf,
  textAt,
} from "../support/sample-machine.ts";
import {
  type BootReport,
  bootAgain,
  cleanBoot,
  expectSameAfterReboot,
  expectSecondRunIsIdle,
  mountedOver,
  output,
  redeploy,
  runStages,
  TWO_GROUPS,
  TWO_GROUPS_MAPPING,
} from "../support/storage-scenario.ts";

const MODULE = "mounts";
const ABOUT = /\/(?:mount|chps|mkps|chlv|importvg)(?: |$)/u;
const TABLE = "/etc/filesystems";

/** datavg with two file systems that no stanza names, in a database that was not cleared. */
const UNNAMED: SeedStorage = {
  disks: TWO_GROUPS.disks,
  volumeGroups: [
    {
      name: "datavg",
      disks: ["hdisk1", "hdisk2"],
      volumes: [
        { name: "datalv", lps: 40, mountPoint: "/data", mount: "absent" },
        { name: "sublv", lps: 4, mountPoint: "/data/sub", mount: "absent" },
      ],
    },
  ],
};

interface Options {
  readonly storage?: SeedStorage;
  readonly mapping?: string;
  readonly faults?: SeedFaults;
}

function createWith(userData: string, options: Options = {}): SimulatedAix {
  const { mapping, storage = UNNAMED, ...seed } = options;
  return createMachine({
    drive: buildDrive({ userData: `#cloud-config\n${userData}` }),
    storage,
    firstBoot: mapping === undefined ? "captured" : "clouddev",
    ...(mapping === undefined ? {} : { files: { [VOLUME_GROUP_MAPPING_PATH]: mapping } }),
    ...seed,
  });
}

/** A deploy that keeps the device database, as where clouddev is not set. */
async function redeployKept(aix: SimulatedAix, userData: string): Promise<BootReport> {
  await output(aix, "/usr/sbin/chdev -l sys0 -a clouddev=0");
  return redeploy(aix, ABOUT, { userData: `#cloud-config\n${userData}` });
}

function failedConfig(...ran: readonly string[]): BootReport {
  return { codes: { ...cleanBoot().codes, "modules-config": 1 }, ran };
}

const errorsOf = (aix: SimulatedAix): readonly string[] =>
  statusOf(aix)["modules-config"]?.errors ?? [];

describe("file systems", () => {
  const BOTH = "mounts:\n  - [/dev/sublv, /data/sub]\n  - [/dev/datalv, /data, auto, ro]\n";
  const MOUNTED = ["/usr/sbin/mount /data", "/usr/sbin/mount /data/sub"];

  test("one in another one is mounted after it, though it comes before it, and again at each boot", async () => {
    const aix = createWith(BOTH);
    expect(await runStages(aix, ABOUT)).toEqual(cleanBoot(...MOUNTED));
    expect(mountedOver(aix)).toEqual(["/data", "/data/sub"]);
    const table = textAt(aix, TABLE);
    expect(table).toMatch(/^\/data:\n\tdev = \/dev\/datalv\n\tvfs = jfs2\n\tlog = INLINE\n/mu);
    expect(messagesAt(aix, "WARNING")).toEqual([]);
    await expectSameAfterReboot(aix);
    expect(mountedOver(aix)).toEqual(["/data", "/data/sub"]);
    await expectSecondRunIsIdle(aix, MODULE);
    expect(await redeployKept(aix, BOTH)).toEqual(cleanBoot());
    expect(textAt(aix, TABLE)).toBe(table);
  });

  test("whose options the next deploy leaves out lose them, those of other stanzas stay", async () => {
    const aix = createWith("mounts:\n  - [/dev/datalv, /data, jfs2, 'ro,noatime']\n");
    expect((await runStages(aix, ABOUT)).ran).toEqual(["/usr/sbin/mount /data"]);
    expect(textAt(aix, TABLE)).toContain("\toptions = ro,noatime\n");
    const userData = "mounts:\n  - [/dev/datalv, /data]\n";
    expect(await redeployKept(aix, userData)).toEqual(cleanBoot());
    expect(textAt(aix, TABLE)).not.toContain("noatime");
    await expectSecondRunIsIdle(aix, MODULE);
    aix.reboot();
    expect(await output(aix, "/usr/sbin/mount")).toMatch(/\/data +jfs2 .* rw,log=INLINE/u);
    const other = createWith(userData, { storage: TWO_GROUPS });
    other.system.fs.write(TABLE, textAt(other, TABLE).replaceAll("= rw", "= rw,cio"));
    const before = textAt(other, TABLE);
    expect(await runStages(other, ABOUT)).toEqual(cleanBoot());
    expect(textAt(other, TABLE)).toBe(before);
  });

  test("of a volume group that a deploy has forgotten are mounted once it is restored", async () => {
    const userData = "mounts:\n  - [/dev/datalv, /data]\n";
    const [data] = UNNAMED.volumeGroups ?? [];
    const storage = { ...UNNAMED, volumeGroups: data === undefined ? [] : [data] };
    const mapping = TWO_GROUPS_MAPPING.split("\n").slice(0, 2).join("\n");
    const aix = createWith(userData, { storage, mapping });
    const ran = ["/usr/sbin/importvg -y datavg hdisk1", "/usr/sbin/mount /data"];
    expect(await runStages(aix, ABOUT)).toEqual(cleanBoot(...ran));
    await expectSameAfterReboot(aix);
    await expectSecondRunIsIdle(aix, MODULE, "restore_volume_groups");
    expect(mountedOver(aix)).toEqual(["/data"]);
    // Now /etc/filesystems wants it: it is mounted with the restore.
    expect(await redeploy(aix, ABOUT, { userData: `#cloud-config\n${userData}` })).toEqual(
      cleanBoot("/usr/sbin/importvg -y datavg hdisk1", "/usr/sbin/mount all"),
    );
    expect(mountedOver(aix)).toEqual(["/data"]);
  });

  test("a server that does not answer is a failure; the entry stays, and the next boot mounts it", async () => {
    const userData = "mounts:\n  - ['192.0.2.9:/export', /remote]\n  - [/dev/datalv, /data]\n";
    const aix = createWith(userData, { faults: { unreachableServers: ["192.0.2.9"] } });
    expect(await runStages(aix, ABOUT)).toEqual(
      failedConfig("/usr/sbin/mount /remote", "/usr/sbin/mount /data"),
    );
    expect(errorsOf(aix)).toEqual([expect.stringContaining("not responding")]);
    expect(mountedOver(aix)).toEqual(["/data"]);
    aix.machine.faults.unreachableServers = [];
    expect(await bootAgain(aix, ABOUT)).toEqual(cleanBoot());
    expect([...mountedOver(aix)].sort()).toEqual(["/data", "/remote"]);
    await expectSecondRunIsIdle(aix, MODULE);
  });

  test.each([
    ["a file as mount point", "['192.0.2.9:/export', /etc/passwd]", "the mount point is a file"],
    ["a Linux disk", "[/dev/sdb, /data]", "name on Linux"],
    ["a disk", "[hdisk1, /data]", "a disk holds no file system"],
    ["the root", "[/dev/datalv, /]", "belongs to the system"],
    ["a relative mount point", "[/dev/datalv, data]", 'begins with "/"'],
    ["a mount point with a newline", '[/dev/datalv, "/da\\nta"]', "line ends"],
    ["a volume that is not there", "[/dev/nolv, /data]", "no volume group"],
    ["paging space", "[/dev/hd6, /data]", 'of type "paging"'],
  ])("%s is refused, and nothing is changed", async (_, entry, reason) => {
    const aix = createWith(`mounts:\n  - ${entry}\n`);
    const before = textAt(aix, TABLE);
    expect(await runStages(aix, ABOUT)).toEqual(failedConfig());
    expect(errorsOf(aix)).toEqual([expect.stringContaining(reason)]);
    expect(textAt(aix, TABLE)).toBe(before);
    expect(mountedOver(aix)).toEqual([]);
    await expectSameAfterReboot(aix);
  });
});

describe("paging space", () => {
  const rowsOf = async (aix: SimulatedAix): Promise<string> =>
    (await output(aix, "/usr/sbin/lsps -a")).replace(/ +/gu, " ");

  test("grows to what is wished, once, and is in use at once and at each boot", async () => {
    const userData = "swap:\n  size: 1G\n";
    const aix = createWith(userData);
    expect(await runStages(aix, ABOUT)).toEqual(cleanBoot("/usr/sbin/chps -s 16 hd6"));
    expect(await output(aix, "/usr/sbin/lsps -s")).toContain("1024MB");
    expect(messagesAt(aix, "WARNING")).toEqual([]);
    await expectSameAfterReboot(aix);
    await expectSecondRunIsIdle(aix, MODULE);
    expect(await redeployKept(aix, userData)).toEqual(cleanBoot());
    expect(await redeployKept(aix, "swap:\n  size: 1025M\n")).toEqual(
      cleanBoot("/usr/sbin/chps -s 1 hd6"),
    );
    expect(await redeployKept(aix, "swap:\n  size: 512M\n")).toEqual(cleanBoot());
    expect(await output(aix, "/usr/sbin/lsps -s")).toContain("1056MB");
  });

  test("is made in a volume group that has none, after that is restored", async () => {
    const userData = "swap: {size: 1G, volume_group: logvg}\n";
    const aix = createWith(userData, { storage: TWO_GROUPS, mapping: TWO_GROUPS_MAPPING });
    const imports = [
      "/usr/sbin/importvg -y datavg hdisk1",
      "/usr/sbin/importvg -y logvg hdisk3",
      "/usr/sbin/mount all",
    ];
    expect(await runStages(aix, ABOUT)).toEqual(
      cleanBoot(...imports, "/usr/sbin/mkps -a -n -s 32 logvg"),
    );
    expect(await rowsOf(aix)).toContain("paging00 hdisk3 logvg 1024MB 1 yes yes lv");
    await expectSameAfterReboot(aix);
    await expectSecondRunIsIdle(aix, MODULE);
    expect(await redeployKept(aix, userData)).toEqual(cleanBoot());
  });

  test("raises the most that the volume may have where that stops it", async () => {
    const disks = [{ name: "hdisk0", sizeMb: 65_536 }];
    const userData = "swap:\n  size: 20G\n";
    const aix = createWith(userData, { storage: { disks } });
    expect(await runStages(aix, ABOUT)).toEqual(
      cleanBoot("/usr/sbin/chlv -x 640 hd6", "/usr/sbin/chps -s 624 hd6"),
    );
    expect(await output(aix, "/usr/sbin/lsps -s")).toContain("20480MB");
    await expectSameAfterReboot(aix);
    await expectSecondRunIsIdle(aix, MODULE);
  });

  test("of a volume group that is locked for a moment grows all the same", async () => {
    const aix = createWith("swap:\n  size: 1G\n", {
      faults: { lockedVolumeGroups: { rootvg: 2 } },
    });
    const command = "/usr/sbin/chps -s 16 hd6";
    expect(await runStages(aix, ABOUT)).toEqual(cleanBoot(command, command, command));
    expect(await output(aix, "/usr/sbin/lsps -s")).toContain("1024MB");
  });

  test.each([
    ["more than is free", "{size: 10T}", "Nothing is changed"],
    ["a file", "{filename: /swapfile, size: 1G}", "never a file"],
    ["a volume group that is not there", "{size: 1G, volume_group: novg}", "not there"],
  ])("%s is refused with its reason, and nothing is changed", async (_, swap, reason) => {
    const aix = createWith(`swap: ${swap}\n`);
    const before = await rowsOf(aix);
    expect(await runStages(aix, ABOUT)).toEqual(failedConfig());
    expect(errorsOf(aix)).toEqual([expect.stringContaining(reason)]);
    expect(await rowsOf(aix)).toBe(before);
    expect(await single(aix, MODULE, { frequency: "always" })).toBe(1);
    expect(await rowsOf(aix)).toBe(before);
  });
});
