import { describe, expect, test } from "bun:test";
import type { SeedLinuxMount, SeedLinuxStorage } from "../../../../src/simulator/linux/storage.ts";
import { createStorageMachine, GIB } from "../../../support/linux-storage.ts";

const grown = (name: string, type: string) => ({
  name,
  sizeBytes: 4 * GIB,
  grownFromBytes: 2 * GIB,
  content: { type, usedBytes: GIB },
});
const SEED: SeedLinuxStorage & { readonly mounts: readonly SeedLinuxMount[] } = {
  disks: [grown("sdb", "ext4"), grown("sdc", "xfs"), grown("sdd", "btrfs")],
  mounts: [
    { device: "/dev/sdc", target: "/x" },
    { device: "/dev/sdd", target: "/b" },
  ],
};

function create(seed: SeedLinuxStorage = SEED) {
  const machine = createStorageMachine(seed);
  const sizeOf = (name: string): number =>
    (machine.storage.disks.find((disk) => disk.name === name)?.contents[0]?.content.sizeBytes ??
      0) / GIB;
  return { ...machine, sizeOf };
}

describe("resize2fs", () => {
  test("grows to the device, mounted or not; a second time there is nothing to do", async () => {
    const { run, sizeOf } = create();
    const first = await run("resize2fs /dev/sdb");
    expect([first.exitCode, first.stderr, sizeOf("sdb")]).toEqual([
      0,
      "resize2fs 1.47.0 (5-Feb-2023)\n",
      4,
    ]);
    expect(first.stdout).toContain("The filesystem on /dev/sdb is now 1048576 (4k) blocks long.");
    const second = await run("resize2fs /dev/sdb");
    expect([second.exitCode, second.stdout]).toEqual([0, ""]);
    expect(second.stderr).toContain("is already 1048576 (4k) blocks long.  Nothing to do!");
    expect((await run("resize2fs -P /dev/sdb")).stdout).toContain("minimum size");
  });

  test("of the root is done on-line, once its partition has grown", async () => {
    const { run } = create();
    expect((await run("resize2fs /dev/sda1")).stderr).toContain("Nothing to do!");
    await run("growpart /dev/sda 1");
    const result = await run("resize2fs /dev/sda1");
    expect(result.stdout).toContain("is mounted on /; on-line resizing required");
  });

  test("refuses other file systems, sizes that do not fit, shrinking on-line", async () => {
    const { run } = create();
    expect((await run("resize2fs /dev/sdc")).stderr).toContain("Bad magic number in super-block");
    expect((await run("resize2fs /dev/nosuch")).exitCode).toBe(1);
    expect((await run("resize2fs /dev/sdb 8G")).stderr).toContain("is only 1048576 (4k) blocks");
    expect((await run("resize2fs /dev/sdb 512M")).stderr).toContain("smaller than minimum");
    expect((await run("resize2fs /dev/sda1 2G")).stderr).toContain(
      "On-line shrinking not supported",
    );
    expect((await run("resize2fs")).exitCode).toBe(1);
  });

  test("refuses a file system that is mounted read-only", async () => {
    const { run } = create({
      ...SEED,
      mounts: [...SEED.mounts, { device: "/dev/sdb", target: "/e", options: "ro,relatime" }],
    });
    expect((await run("resize2fs /dev/sdb")).stderr).toContain("Read-only file system");
  });
});

describe("xfs_growfs", () => {
  test("grows what is mounted, and says when there is nothing to do", async () => {
    const { run, sizeOf } = create();
    const first = await run("xfs_growfs /x");
    expect([first.exitCode, sizeOf("sdc")]).toEqual([0, 4]);
    expect(first.stdout).toContain("data blocks changed from 524288 to 1048576");
    expect((await run("xfs_growfs /dev/sdc")).stdout).toContain("data size unchanged, skipping");
  });

  test("refuses what is not a mounted XFS", async () => {
    const { run } = create();
    await run("umount /x");
    const result = await run("xfs_growfs /x");
    expect([result.exitCode, result.stderr]).toEqual([
      1,
      "xfs_growfs: /x is not a mounted XFS filesystem\n",
    ]);
    expect((await run("xfs_growfs /")).exitCode).toBe(1);
    expect((await run("xfs_growfs")).exitCode).toBe(2);
  });
});

describe("btrfs filesystem resize", () => {
  test("grows to the most, or by so much", async () => {
    const { run, sizeOf } = create();
    expect((await run("btrfs filesystem resize +512M /b")).exitCode).toBe(0);
    expect(sizeOf("sdd")).toBe(2.5);
    expect((await run("btrfs filesystem resize max /b")).stdout).toBe(
      "Resize device id 1 (/dev/sdd) from 2.5G to max\n",
    );
    expect(sizeOf("sdd")).toBe(4);
  });

  test("refuses paths that are no btrfs, and sizes beyond the device", async () => {
    const { run } = create();
    expect((await run("btrfs filesystem resize max /")).stderr).toBe(
      "ERROR: not a btrfs filesystem: /\n",
    );
    expect((await run("btrfs filesystem resize 9G /b")).stderr).toContain("no enough free space");
    expect((await run("btrfs filesystem resize lots /b")).stderr).toContain("Invalid argument");
    await run("mount -o remount,ro /b");
    expect((await run("btrfs filesystem resize max /b")).stderr).toContain("Read-only");
  });
});
