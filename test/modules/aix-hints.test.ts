import { expect, test } from "bun:test";
import { findAixHints } from "../../src/modules/aix-hints.ts";

test("disks and file systems that are written for Linux get a hint how AIX says it", () => {
  const hints = findAixHints({
    disk_setup: {
      "/dev/sdb": { table_type: "gpt", layout: true },
      ephemeral0: { layout: [50, 50] },
      hdisk1: { volume_group: "datavg" },
      "00f9c1af1b2c3d4e": { volume_group: "datavg" },
    },
    fs_setup: [
      { device: "/dev/sdb1", filesystem: "ext4" },
      { device: "hdisk1", filesystem: "jfs2" },
      { device: "/dev/datalv", size: "1G" },
    ],
  });
  expect(hints.map(({ path }) => path.join("."))).toEqual([
    "disk_setup./dev/sdb",
    "disk_setup./dev/sdb.table_type",
    "disk_setup.ephemeral0",
    "disk_setup.ephemeral0.layout",
    "fs_setup.0.device",
    "fs_setup.0.filesystem",
    "fs_setup.1.device",
  ]);
  expect(hints.every(({ level }) => level === "hint")).toBe(true);
  expect(findAixHints({ disk_setup: 1, fs_setup: "x" })).toEqual([]);
});
