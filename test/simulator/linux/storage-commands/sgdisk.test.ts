import { expect, test } from "bun:test";
import { createStorageMachine, GIB, MIB } from "../../../support/linux-storage.ts";

const SEED = {
  disks: [
    { name: "sdb", sizeBytes: 100 * MIB },
    {
      name: "sdc",
      sizeBytes: GIB,
      grownFromBytes: 200 * MIB,
      partitions: [{ sizeBytes: 100 * MIB, content: { type: "ext4" } }],
    },
  ],
  mounts: [{ device: "/dev/sdc1", target: "/data" }],
};

test("partitions are made, typed and named, and printed", async () => {
  const { run, ask } = createStorageMachine(SEED);
  const made = await run("sgdisk -n 1:0:+10M -t 1:8200 -c 1:swap -n 0:0:0 /dev/sdb");
  expect([made.exitCode, made.stdout.split("\n").at(-2)]).toEqual([
    0,
    "The operation has completed successfully.",
  ]);
  const printed = await ask("sgdisk -p /dev/sdb");
  expect(printed).toContain("   1            2048           22527   10.0 MiB    8200  swap\n");
  expect(printed).toContain("   2           22528          204766   89.0 MiB    8300  \n");
  expect(await ask("sgdisk -i 1 /dev/sdb")).toContain("Partition name: 'swap'");
});

test("one option that fails, and nothing is saved", async () => {
  const { run, storage } = createStorageMachine(SEED);
  const failed = await run("sgdisk -n 1:0:+10M -d 3 /dev/sdb");
  expect([failed.exitCode, failed.stderr]).toEqual([
    4,
    "Partition number 3 out of range!\nError 25 deleting partition!\nError encountered; not saving changes.\n",
  ]);
  expect(storage.disks[1]?.table).toBeUndefined();
  expect((await run("sgdisk -n 1:0:+1G /dev/sdb")).exitCode).toBe(4);
  expect((await run("sgdisk -p /dev/nosuch")).exitCode).toBe(2);
});

test("the second header is moved to the end of a disk that has grown", async () => {
  const { run, ask } = createStorageMachine(SEED);
  expect(await ask("sgdisk -v /dev/sdc")).toContain("Identified 1 problems!");
  expect(await ask("sgdisk -p /dev/sdc")).toContain("last usable sector is 409566");
  await run("sgdisk -e /dev/sdc");
  expect(await ask("sgdisk -p /dev/sdc")).toContain("last usable sector is 2097118");
  expect(await ask("sgdisk -v /dev/sdc")).toContain("No problems found");
});

test("while a partition is mounted the kernel keeps the old table", async () => {
  const { run, ask } = createStorageMachine(SEED);
  const made = await run("sgdisk -n 2:0:+50M /dev/sdc");
  expect([made.exitCode, made.stdout]).toEqual([
    0,
    expect.stringContaining("The kernel is still using the old partition table"),
  ]);
  expect(await ask("lsblk -nro NAME /dev/sdc")).toBe("sdc\nsdc1\n");
  await run("partprobe /dev/sdc");
  expect(await ask("lsblk -nro NAME /dev/sdc")).toBe("sdc\nsdc1\nsdc2\n");
});

test("zapping leaves a disk without a table", async () => {
  const { run } = createStorageMachine(SEED);
  await run("sgdisk -n 1:0:0 /dev/sdb");
  expect((await run("sgdisk --zap-all /dev/sdb")).exitCode).toBe(0);
  expect((await run("blkid /dev/sdb")).exitCode).toBe(2);
  expect((await run("sgdisk --bogus /dev/sdb")).exitCode).toBe(2);
});
