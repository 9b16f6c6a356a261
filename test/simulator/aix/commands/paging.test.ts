import { expect, test } from "bun:test";
import { bootAixShell, wordsOfLines } from "../aix-shell.ts";

const STORAGE = {
  disks: [{ name: "hdisk1", pvid: "00f9c1af00000001" }],
  volumeGroups: [{ name: "datavg", disks: ["hdisk1"] }],
};

test("mkps without -n waits for swapon, without -a for nobody at the next boot", async () => {
  const aix = bootAixShell();
  const rows = async (): Promise<string[][]> =>
    wordsOfLines(await aix.text("/usr/sbin/lsps -a")).slice(1);
  expect(await aix.text("/usr/sbin/mkps -s 2 rootvg")).toBe("paging00\n");
  expect(await rows()).toEqual([
    ["hd6", "hdisk0", "rootvg", "512MB", "1", "yes", "yes", "lv", "0"],
    ["paging00", "hdisk0", "rootvg", "64MB", "0", "no", "no", "lv", "0"],
  ]);
  expect((await aix.run("/usr/sbin/swapon /dev/paging00")).exitCode).toBe(0);
  expect((await aix.run("/usr/sbin/swapon /dev/paging00")).stderr).toContain("0517-075");
  expect(await aix.text("/usr/sbin/lsps -s")).toContain("576MB");
  aix.reboot();
  expect((await rows())[1]?.[5]).toBe("no");
  await aix.run("/usr/sbin/chps -a y paging00");
  expect((await aix.run("/usr/sbin/swapon -a")).exitCode).toBe(0);
  expect(await aix.text("/usr/sbin/lsps -c paging00")).toContain(
    "paging00:hdisk0:rootvg:2:1:y:y:lv:0\n",
  );
});

test("swapon takes no file, no other volume, and nothing of a volume group that is off", async () => {
  const aix = bootAixShell({ storage: STORAGE, firstBoot: "captured" });
  await aix.run("/usr/sbin/mkps -a -s 2 datavg");
  await aix.run("/usr/sbin/varyoffvg datavg");
  for (const target of ["/swapfile", "/dev/hd5", "/dev/paging00", "paging00"]) {
    const { exitCode, stderr } = await aix.run(`/usr/sbin/swapon ${target}`);
    expect([exitCode, stderr]).toEqual([
      1,
      `swapon: 0517-075 Cannot activate paging space ${target}\n`,
    ]);
  }
  for (const line of ["/usr/sbin/swapon", "/usr/sbin/swapon -a /dev/hd6", "/usr/sbin/swapon -x"]) {
    expect((await aix.run(line)).stderr).toContain("Usage: swapon");
  }
  expect((await aix.run("/usr/sbin/chps -s 1 paging00")).stderr).toContain("0516-010");
});

test("chps takes partitions away again, never all of them", async () => {
  const aix = bootAixShell();
  await aix.run("/usr/sbin/chps -s 4 hd6");
  expect((await aix.run("/usr/sbin/chps -d 4 hd6")).exitCode).toBe(0);
  expect(await aix.text("/usr/sbin/lsps -s")).toContain("512MB");
  expect((await aix.run("/usr/sbin/chps -d 16 hd6")).stderr).toContain("0517-065");
  expect((await aix.run("/usr/sbin/chps -s 1 paging07")).stderr).toContain("0517-058");
  expect((await aix.run("/usr/sbin/mkps -s 9999 rootvg")).exitCode).toBe(1);
});

test("a paging space that is closed goes with rmlv", async () => {
  const aix = bootAixShell();
  await aix.run("/usr/sbin/mkps -s 2 rootvg");
  await aix.run("/usr/sbin/rmlv -f paging00");
  expect(await aix.text("/usr/sbin/lsps -a")).not.toContain("paging00");
  expect((await aix.run("/usr/sbin/rmlv -f hd6")).stderr).toContain("0516-1008");
});
