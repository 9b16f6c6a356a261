import { describe, expect, test } from "bun:test";
import { readText } from "../../../../src/system/files.ts";
import { bootAixShell, wordsOfLines } from "../aix-shell.ts";

const STORAGE = {
  disks: [
    { name: "hdisk1", pvid: "00f9c1af00000001" },
    { name: "hdisk2" },
    { name: "hdisk3", sizeMb: 4_096, isLate: true },
  ],
  volumeGroups: [
    {
      name: "datavg",
      disks: ["hdisk1"],
      volumes: [{ name: "datalv", lps: 10, maxLps: 12, mountPoint: "/data" }],
    },
  ],
};

describe("volume groups", () => {
  test("a cleared database forgets datavg, importvg brings it back, and mount all mounts it", async () => {
    const aix = bootAixShell({ storage: STORAGE });
    expect(wordsOfLines(await aix.text("/usr/sbin/lspv"))).toEqual([
      ["hdisk0", "00f9c1af1b2c3d4e", "rootvg", "active"],
      ["hdisk1", "00f9c1af00000001", "None"],
      ["hdisk2", "none", "None"],
    ]);
    expect(await aix.text("/usr/sbin/importvg -y datavg hdisk1")).toBe("datavg\n");
    expect(await aix.text("/usr/sbin/lsvg -o")).toBe("rootvg\ndatavg\n");
    expect((await aix.run("/usr/sbin/importvg -y datavg hdisk1")).stderr).toContain("0516-360");
    expect((await aix.run("/usr/sbin/mount all")).exitCode).toBe(1);
    aix.system.fs.write("/data/kept", "x");
    aix.reboot();
    expect(readText(aix.system.fs, "/data/kept")).toBe("x");
    expect((await aix.run("/usr/sbin/umount /data")).exitCode).toBe(0);
    expect(aix.system.fs.list("/data")).toEqual([]);
    await aix.run("/usr/sbin/varyoffvg datavg");
    expect((await aix.run("/usr/sbin/lsvg datavg")).stderr).toContain("0516-010");
    await aix.run("/usr/sbin/exportvg datavg");
    expect(await aix.text("/usr/sbin/lsvg")).toBe("rootvg\n");
  });

  test("faults: importvg fails, a group is locked, a disk is late", async () => {
    const aix = bootAixShell({
      storage: STORAGE,
      faults: { importvgFailures: 1, lockedVolumeGroups: { rootvg: 1 } },
    });
    expect((await aix.run("/usr/sbin/importvg -y datavg hdisk1")).stderr).toContain("0516-776");
    expect((await aix.run("/usr/sbin/importvg -y datavg hdisk1")).exitCode).toBe(0);
    expect((await aix.run("/usr/sbin/chvg -g rootvg")).exitCode).toBe(1);
    expect((await aix.run("/usr/sbin/chvg -g rootvg")).exitCode).toBe(0);
    expect((await aix.run("/usr/sbin/lspv hdisk3")).stderr).toContain("0516-1396");
    await aix.run("/usr/sbin/cfgmgr");
    expect(await aix.text("/usr/bin/getconf DISK_SIZE /dev/hdisk3")).toBe("4096\n");
  });

  test("mkvg refuses a disk that has data and a name that is taken, and takes an empty disk", async () => {
    const aix = bootAixShell({ storage: STORAGE, firstBoot: "captured" });
    for (const line of [
      "-f -y newvg hdisk1",
      "-y datavg hdisk2",
      "-y newvg hdisk0",
      "-y newvg hdisk9",
    ]) {
      expect((await aix.run(`/usr/sbin/mkvg ${line}`)).stderr).toContain("0516-862");
    }
    expect(await aix.text("/usr/sbin/mkvg -s 64 -y newvg hdisk2")).toBe("newvg\n");
    expect(await aix.text("/usr/sbin/lsvg newvg")).toMatch(/TOTAL PPs: +159 \(10176 megabytes\)/u);
    expect(await aix.text("/usr/sbin/mklv -y newlv -t jfs2 newvg 2")).toBe("newlv\n");
    expect((await aix.run("/usr/sbin/crfs -v jfs2 -d newlv -m /new -A yes")).exitCode).toBe(0);
    expect((await aix.run("/usr/sbin/crfs -v jfs2 -d newlv -m /other")).exitCode).toBe(10);
    expect((await aix.run("/usr/sbin/mount /new")).exitCode).toBe(0);
    expect(await aix.text("/usr/bin/df -k /new")).toMatch(/\/dev\/newlv +131072 /u);
  });

  test("a grown boot disk is seen after chvg -g", async () => {
    const disks = [{ name: "hdisk0", sizeMb: 40_960, grownFromMb: 20_480 }];
    const aix = bootAixShell({ storage: { disks } });
    expect(await aix.text("/usr/sbin/bootinfo -s hdisk0")).toBe("40960\n");
    expect(await aix.text("/usr/sbin/lspv hdisk0")).toContain("639 (20448 megabytes)");
    expect((await aix.run("/usr/sbin/chvg -g rootvg")).stderr).toContain("0516-1382");
    await aix.run("/usr/sbin/chvg -t 2 rootvg");
    await aix.run("/usr/sbin/chvg -g rootvg");
    expect(await aix.text("/usr/sbin/lspv hdisk0")).toContain("1279 (40928 megabytes)");
  });

  test("chfs rounds up to partitions and stops at the maximum and at free space", async () => {
    const aix = bootAixShell({ storage: STORAGE, firstBoot: "captured" });
    expect(await aix.text("/usr/sbin/chfs -a size=+33M /data")).toContain("changed to 786432");
    expect(await aix.text("/usr/sbin/chfs -a size=380M /data")).toContain("size is already");
    expect((await aix.run("/usr/sbin/chfs -a size=+1M /data")).stderr).toContain("0516-787");
    await aix.run("/usr/sbin/chlv -x 6000 datalv");
    expect((await aix.run("/usr/sbin/chfs -a size=+1T /data")).exitCode).toBe(1);
    expect((await aix.run("/usr/sbin/chfs -a size=10G /data")).stderr).toContain("0516-404");
    expect(await aix.text("/usr/sbin/lslv datalv")).toMatch(/MAX LPs: +6000 /u);
    expect(await aix.text("/usr/sbin/lsfs -c /data")).toContain(
      "/data:/dev/datalv:jfs2:::786432:rw:yes:no",
    );
  });
});
