import { expect, test } from "bun:test";
import { describePlanDisks, findPlanDisks } from "../../../src/cli/plan/plan-disks.ts";
import { planBlock, planCommand } from "../../support/plan-command.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("the machine of a plan has the disks that the configuration names, and says so", () => {
  const aix = bytes("disk_setup: {hdisk2: {}, /dev/hdisk1: {}, hdisk0: {}, xhdisk7: {}}");
  expect(findPlanDisks("aix", [aix, bytes("hdisk1")])).toEqual(["hdisk1", "hdisk2"]);
  const linux = bytes("a: /dev/sdb1\nb: /dev/nvme0n1p2\nc: /dev/sda\nd: /dev/vdb\ne: /dev/sdaa");
  expect(findPlanDisks("debian", [linux])).toEqual(["nvme0n1", "sdb", "vdb"]);
  expect(describePlanDisks(["hdisk1"])).toBe(", with empty disks of 100 GB: hdisk1");
  expect(describePlanDisks([])).toBe("");
});

test("a plan shows what becomes of a new data disk", async () => {
  const userData = [
    "#cloud-config",
    "disk_setup: {hdisk1: {volume_group: datavg}}",
    "fs_setup: [{device: /dev/datalv, size: 10G}]",
    "mounts: [[/dev/datalv, /data]]",
    "",
  ].join("\n");
  const { stdout } = await planCommand(["--user-data", "/ud"], { files: { "/ud": userData } });
  expect(stdout).toContain("with empty disks of 100 GB: hdisk1");
  const block = planBlock(stdout, "disk_setup");
  for (const command of ["mkvg -S -s 128 -y datavg hdisk1", "mklv -y datalv", "crfs -v jfs2"]) {
    expect(block).toContain(command);
  }
  expect(planBlock(stdout, "mounts")).toContain("/usr/sbin/mount /data");
});
