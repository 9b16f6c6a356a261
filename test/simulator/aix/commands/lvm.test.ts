import { describe, expect, test } from "bun:test";
import { exists, readText } from "../../../../src/system/files.ts";
import type { SeedStorage } from "../../../../src/simulator/aix/volumes.ts";
import { type AixShell, bootAixShell, wordsOfLines } from "../aix-shell.ts";

const PVIDS = ["00f9c1af00000001", "00f9c1af00000002", "00f9c1af00000003"] as const;

/** datavg on hdisk1 and hdisk2 with two file systems, hdisk3 with a PVID and hdisk4 without one. */
const STORAGE: SeedStorage = {
  disks: [
    { name: "hdisk1", pvid: PVIDS[0], sizeMb: 1_024 },
    { name: "hdisk2", pvid: PVIDS[1], sizeMb: 1_024 },
    { name: "hdisk3", pvid: PVIDS[2] },
    { name: "hdisk4", sizeMb: 65_536 },
  ],
  volumeGroups: [
    {
      name: "datavg",
      disks: ["hdisk1", "hdisk2"],
      volumes: [
        { name: "datalv", lps: 40, mountPoint: "/data" },
        { name: "rawlv", lps: 2, type: "raw", copies: 2 },
      ],
    },
  ],
};

function boot(options: Parameters<typeof bootAixShell>[0] = {}): AixShell {
  return bootAixShell({ storage: STORAGE, firstBoot: "captured", ...options });
}

/** How a command line ended, in short. */
async function refusal(aix: AixShell, line: string): Promise<string> {
  const { exitCode, stdout, stderr } = await aix.run(line);
  expect([exitCode === 0, stdout]).toEqual([false, ""]);
  return stderr.replace(/\s+/gu, " ").trim();
}

describe("extendvg", () => {
  test("adds disks, gives a PVID where there is none, and says so with exit code 0", async () => {
    const aix = boot();
    expect(await aix.run("/usr/sbin/extendvg datavg hdisk3")).toMatchObject({
      exitCode: 0,
      stdout: "",
      stderr: "",
    });
    expect(await refusal(aix, "/usr/sbin/extendvg datavg hdisk4")).toBe(
      "0516-1162 extendvg: The Physical Partition Size of 32 requires the creation of 2048 partitions for hdisk4. The limitation for volume group datavg is 1016 physical partitions per physical volume. 0516-792 extendvg: Unable to extend volume group.",
    );
    expect(await aix.text("/usr/sbin/chvg -t 4 datavg")).toContain("0516-1164 chvg:");
    expect((await aix.run("/usr/sbin/extendvg datavg hdisk4")).exitCode).toBe(0);
    await aix.run("/usr/sbin/reducevg datavg hdisk4");
    await aix.run("/usr/sbin/reducevg datavg hdisk3");
    await aix.run("/usr/sbin/chvg -t 16 datavg");
    expect(await refusal(aix, "/usr/sbin/extendvg datavg hdisk3")).toContain(
      "can have 2 physical volumes",
    );
    await aix.run("/usr/sbin/chvg -t 1 datavg");
    expect((await aix.run("/usr/sbin/extendvg datavg hdisk3")).exitCode).toBe(0);
    await aix.run("/usr/sbin/mkvg -S -y bigvg hdisk4");
    expect(wordsOfLines(await aix.text("/usr/sbin/lspv"))).toEqual([
      ["hdisk0", "00f9c1af1b2c3d4e", "rootvg", "active"],
      ["hdisk1", PVIDS[0], "datavg", "active"],
      ["hdisk2", PVIDS[1], "datavg", "active"],
      ["hdisk3", PVIDS[2], "datavg", "active"],
      ["hdisk4", expect.stringMatching(/^00f9c1af[0-9a-f]{8}$/u), "bigvg", "active"],
    ]);
  });

  test("a new PVID is told on standard error", async () => {
    const aix = boot({ storage: { disks: [{ name: "hdisk1" }] } });
    const { exitCode, stderr } = await aix.run("/usr/sbin/extendvg rootvg hdisk1");
    expect([exitCode, stderr]).toEqual([0, "0516-1254 extendvg: Changing the PVID in the ODM.\n"]);
  });

  test("refuses members of others, unknown disks and groups, and takes none of them", async () => {
    const aix = boot();
    const before = await aix.text("/usr/sbin/lspv");
    expect(await refusal(aix, "/usr/sbin/extendvg -f rootvg hdisk3 hdisk1")).toContain("0516-1398");
    expect(await refusal(aix, "/usr/sbin/extendvg rootvg hdisk9")).toContain(
      "0516-306 extendvg: Unable to find physical volume hdisk9",
    );
    expect(await refusal(aix, "/usr/sbin/extendvg novg hdisk3")).toContain("0516-306");
    expect(await refusal(aix, "/usr/sbin/extendvg rootvg")).toContain("Usage: extendvg");
    expect(await aix.text("/usr/sbin/lspv")).toBe(before);
  });

  test("needs -f for a disk with the descriptor area of a forgotten volume group", async () => {
    const aix = boot({ firstBoot: "clouddev" });
    expect(await refusal(aix, "/usr/sbin/extendvg rootvg hdisk1")).toContain("0516-1398");
    expect((await aix.run("/usr/sbin/extendvg -f rootvg hdisk1")).exitCode).toBe(0);
    expect(await refusal(aix, "/usr/sbin/importvg -y datavg hdisk2")).toContain("0516-1140");
  });
});

describe("reducevg", () => {
  test("takes an empty disk, and one in use only with -d and closed", async () => {
    const aix = boot();
    await aix.run("/usr/sbin/extendvg datavg hdisk3");
    expect((await aix.run("/usr/sbin/reducevg datavg hdisk3")).exitCode).toBe(0);
    expect(await aix.text("/usr/sbin/lspv")).toMatch(/^hdisk3 +00f9c1af00000003 +None$/mu);
    expect(await refusal(aix, "/usr/sbin/reducevg datavg hdisk1")).toContain("0516-016");
    expect(await refusal(aix, "/usr/sbin/reducevg -df datavg hdisk1")).toContain("0516-884");
    expect(await refusal(aix, "/usr/sbin/reducevg datavg hdisk0")).toContain("0516-306");
  });

  test("takes the volume group and its stanzas with the last disk", async () => {
    const aix = boot();
    await aix.run("/usr/sbin/umount /data");
    const { exitCode, stdout } = await aix.run("/usr/sbin/reducevg -df datavg hdisk1 hdisk2");
    expect([exitCode, stdout]).toEqual([
      0,
      "ldeletepv: Volume Group deleted since it contains no physical volumes.\n",
    ]);
    expect(await aix.text("/usr/sbin/lsvg")).toBe("rootvg\n");
    expect(readText(aix.system.fs, "/etc/filesystems")).not.toContain("/data:");
    expect((await aix.run("/usr/sbin/mkvg -y newvg hdisk1")).exitCode).toBe(0);
  });
});

describe("rmlv and rmfs", () => {
  test("rmlv asks without -f, refuses what is open or unknown, and takes the volume", async () => {
    const aix = boot();
    expect(await refusal(aix, "/usr/sbin/rmlv rawlv")).toContain("is not removed");
    expect(await refusal(aix, "/usr/sbin/rmlv -f datalv")).toContain("0516-1008");
    expect(await refusal(aix, "/usr/sbin/rmlv -f nolv")).toContain("0516-306");
    expect(await aix.text("/usr/sbin/rmlv rawlv", "y\n")).toBe(
      "rmlv: Logical volume rawlv is removed.\n",
    );
    expect(await aix.text("/usr/sbin/lsvg -l datavg")).not.toContain("rawlv");
    await aix.run("/usr/sbin/umount /data");
    expect((await aix.run("/usr/sbin/rmlv -f datalv")).exitCode).toBe(0);
    expect(readText(aix.system.fs, "/etc/filesystems")).not.toContain("/data:");
  });

  test("rmfs takes an unmounted file system with volume and stanza, -r with its directory", async () => {
    const aix = boot();
    aix.system.fs.write("/data/kept", "x");
    expect(await refusal(aix, "/usr/sbin/rmfs /data")).toContain("is mounted");
    expect(await refusal(aix, "/usr/sbin/rmfs /nowhere")).toContain("No record matching /nowhere");
    await aix.run("/usr/sbin/umount /data");
    expect(await aix.text("/usr/sbin/rmfs -r /data")).toContain("datalv is removed");
    expect(exists(aix.system.fs, "/data")).toBe(false);
    expect(await aix.text("/usr/sbin/lsvg -l datavg")).not.toContain("datalv");
    expect(readText(aix.system.fs, "/etc/filesystems")).not.toContain("/data:");
    // What a new file system of the same name shows is not the old one's.
    await aix.run("/usr/sbin/mklv -y datalv -t jfs2 datavg 1");
    await aix.run("/usr/sbin/crfs -v jfs2 -d datalv -m /data");
    await aix.run("/usr/sbin/mount /data");
    expect(aix.system.fs.list("/data")).toEqual([]);
  });
});

describe("chdev pv=", () => {
  test("yes gives a PVID once; clear takes it, but never from a volume group that is known", async () => {
    const aix = boot();
    const pvidOf = async (disk: string): Promise<string | undefined> =>
      new RegExp(`^${disk} +(\\S+)`, "mu").exec(await aix.text("/usr/sbin/lspv"))?.[1];
    expect(await aix.text("/usr/sbin/chdev -l hdisk4 -a pv=yes")).toBe("hdisk4 changed\n");
    const made = await pvidOf("hdisk4");
    expect(made).toMatch(/^[0-9a-f]{16}$/u);
    await aix.run("/usr/sbin/chdev -l hdisk4 -a pv=yes");
    expect(await pvidOf("hdisk4")).toBe(made);
    expect(await aix.text("/usr/sbin/lsattr -El hdisk4 -a pvid -F value")).toBe(
      `${made}${"0".repeat(16)}\n`,
    );
    await aix.run("/usr/sbin/chdev -l hdisk4 -a pv=clear");
    expect(await pvidOf("hdisk4")).toBe("none");
    expect(await refusal(aix, "/usr/sbin/chdev -l hdisk1 -a pv=clear")).toContain("0514-062");
    expect(await refusal(aix, "/usr/sbin/chdev -l hdisk4 -a pv=maybe")).toContain("0514-018");
    expect(await pvidOf("hdisk1")).toBe(PVIDS[0]);
  });

  test("a device that takes no change says so", async () => {
    const aix = boot({ faults: { refusedDevices: ["hdisk1"] } });
    const line = "/usr/sbin/chdev -l hdisk1 -a hcheck_interval=60 -P";
    expect(await refusal(aix, line)).toBe(
      "Method error (/usr/lib/methods/chgdisk): 0514-047 Cannot access a device.",
    );
  });
});

describe("lspv of one disk", () => {
  test("shows details as AIX does, VG IDENTIFIER without a colon", async () => {
    const text = await boot().text("/usr/sbin/lspv hdisk1");
    expect(text).toMatch(/^PHYSICAL VOLUME: +hdisk1 +VOLUME GROUP: +datavg$/mu);
    expect(text).toMatch(/^PV IDENTIFIER: +00f9c1af00000001 +VG IDENTIFIER +[0-9a-f]{32}$/mu);
    expect(text).toMatch(/^PP SIZE: +32 megabyte\(s\) +LOGICAL VOLUMES: +1$/mu);
    expect(text).toMatch(/^TOTAL PPs: +31 \(992 megabytes\)/mu);
    expect(text).toMatch(/^FREE PPs: +0 \(0 megabytes\)/mu);
  });

  test("-l and -p list the volumes on it, -u adds a column", async () => {
    const aix = boot();
    expect(wordsOfLines(await aix.text("/usr/sbin/lspv -l hdisk2"))).toEqual([
      ["hdisk2:"],
      ["LV", "NAME", "LPs", "PPs", "DISTRIBUTION", "MOUNT", "POINT"],
      ["datalv", "9", "9", "00..00..00..00..00", "/data"],
      ["rawlv", "4", "4", "00..00..00..00..00", "N/A"],
    ]);
    expect(wordsOfLines(await aix.text("/usr/sbin/lspv -p hdisk1")).slice(2)).toEqual([
      ["31", "used", "datalv", "jfs2", "/data"],
    ]);
    for (const line of wordsOfLines(await aix.text("/usr/sbin/lspv -u")).slice(0, 3)) {
      expect(line).toHaveLength(5);
    }
    expect(await refusal(aix, "/usr/sbin/lspv -p")).toContain("Usage: lspv");
    expect(await refusal(aix, "/usr/sbin/lspv hdisk3")).toContain("0516-320");
  });

  test("of a volume group that is off is refused", async () => {
    const aix = boot();
    await aix.run("/usr/sbin/umount /data");
    await aix.run("/usr/sbin/varyoffvg datavg");
    expect(await refusal(aix, "/usr/sbin/lspv hdisk1")).toContain("0516-010");
    expect(await aix.text("/usr/sbin/lspv")).toMatch(/^hdisk1 +00f9c1af00000001 +datavg$/mu);
  });
});

describe("lsvg", () => {
  test("-l has types, partitions with their copies, states and mount points", async () => {
    const aix = boot();
    expect(wordsOfLines(await aix.text("/usr/sbin/lsvg -l datavg"))).toEqual([
      ["datavg:"],
      ["LV", "NAME", "TYPE", "LPs", "PPs", "PVs", "LV", "STATE", "MOUNT", "POINT"],
      ["datalv", "jfs2", "40", "40", "2", "open/syncd", "/data"],
      ["rawlv", "raw", "2", "4", "1", "closed/syncd", "N/A"],
    ]);
    expect(await refusal(aix, "/usr/sbin/lsvg -l")).toContain("Usage: lsvg");
    expect(await refusal(aix, "/usr/sbin/lsvg -l novg")).toContain("0516-306");
  });

  test("-p has the disks, one that is missing too", async () => {
    const aix = boot();
    aix.machine.devices = aix.machine.devices.filter(({ name }) => name !== "hdisk2");
    expect(wordsOfLines(await aix.text("/usr/sbin/lsvg -p datavg")).slice(2)).toEqual([
      ["hdisk1", "active", "31", "0", "0..00..00..00..00"],
      ["hdisk2", "missing", "31", "18", "18..00..00..00..00"],
    ]);
    expect(await aix.text("/usr/sbin/lsvg datavg")).toMatch(/^ACTIVE PVs: +1 +AUTO ON: +yes$/mu);
  });
});

test("lsfs -q says how large volume and file system are, in both forms", async () => {
  const aix = boot();
  expect(await aix.text("/usr/sbin/lsfs -cq /data")).toBe(
    "#MountPoint:Device:Vfs:Nodename:Type:Size:Options:AutoMount:Acct\n" +
      "/data:/dev/datalv:jfs2:::2621440:rw:yes:no\n" +
      "(lv size 2621440:fs size 2621440:block size 4096:sparse files yes:inline log yes)\n",
  );
  expect(await aix.text("/usr/sbin/lsfs -q /data")).toContain(
    "  (lv size: 2621440, fs size: 2621440, block size: 4096, sparse files: yes, inline log: yes)",
  );
  expect(await refusal(aix, "/usr/sbin/lsfs -q /nowhere")).toContain("No record matching /nowhere");
});

describe("disks that are missing", () => {
  function without(disk: string, faults = {}): AixShell {
    const aix = boot({ firstBoot: "clouddev", faults });
    aix.machine.devices = aix.machine.devices.filter(({ name }) => name !== disk);
    return aix;
  }

  test("importvg leaves nothing, or a volume group that is off, and -f imports", async () => {
    const aix = without("hdisk2");
    expect(await refusal(aix, "/usr/sbin/importvg -y datavg hdisk1")).toContain("0516-1775");
    expect(await aix.text("/usr/sbin/lsvg")).toBe("rootvg\n");
    expect(await aix.text("/usr/sbin/importvg -f -y datavg hdisk1")).toBe("datavg\n");
    expect((await aix.run("/usr/sbin/mount /data")).stderr).toContain("input or output error");
    const other = without("hdisk2", { importvgDefinesIncomplete: true });
    expect(await refusal(other, "/usr/sbin/importvg -y datavg hdisk1")).toContain("0516-056");
    expect(await other.text("/usr/sbin/lsvg")).toBe("rootvg\ndatavg\n");
    expect(await other.text("/usr/sbin/lsvg -o")).toBe("rootvg\n");
  });

  test("varyonvg and the boot need a quorum: of two disks the first one", async () => {
    for (const [disk, isOn] of [
      ["hdisk1", false],
      ["hdisk2", true],
    ] as const) {
      const aix = boot();
      aix.machine.devices = aix.machine.devices.filter(({ name }) => name !== disk);
      aix.reboot();
      expect(await aix.text("/usr/sbin/lsvg -o")).toBe(isOn ? "rootvg\ndatavg\n" : "rootvg\n");
      const { exitCode, stderr } = await aix.run("/usr/sbin/varyonvg datavg");
      expect([exitCode, stderr.includes("0516-052")]).toEqual(isOn ? [0, false] : [1, true]);
      expect((await aix.run("/usr/sbin/varyonvg -f datavg")).exitCode).toBe(0);
    }
  });
});

test("importvg leaves a stanza for the same mount point alone, with a warning", async () => {
  const aix = boot({ firstBoot: "clouddev" });
  const table = readText(aix.system.fs, "/etc/filesystems").replace("/dev/datalv", "/dev/otherlv");
  aix.system.fs.write("/etc/filesystems", table);
  const { exitCode, stderr } = await aix.run("/usr/sbin/importvg -y datavg hdisk1");
  expect([exitCode, stderr]).toEqual([
    0,
    "imfs: Warning: mount point /data already exists in /etc/filesystems.\n",
  ]);
  expect(readText(aix.system.fs, "/etc/filesystems")).toBe(table);
});

test("a file system that is smaller than its volume grows into it", async () => {
  const aix = boot();
  for (const group of aix.machine.storage.volumeGroups) {
    for (const { fileSystem } of group.volumes.filter(({ name }) => name === "datalv")) {
      Object.assign(fileSystem ?? {}, { blocks: 65_536 });
    }
  }
  expect(await aix.text("/usr/sbin/chfs -a size=64M /data")).toBe(
    "Filesystem size changed to 131072\n",
  );
  expect(await aix.text("/usr/sbin/lslv datalv")).toMatch(/^LPs: +40 /mu);
  await aix.run("/usr/sbin/chfs -a size=32M /data");
  expect(await aix.text("/usr/sbin/lslv datalv")).toMatch(/^LPs: +1 /mu);
});
