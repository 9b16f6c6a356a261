import { expect, test } from "bun:test";
import { createStorageMachine, GIB } from "../../../support/linux-storage.ts";

const DISK = {
  name: "sdb",
  sizeBytes: 2 * GIB,
  table: "gpt" as const,
  partitions: [
    { sizeBytes: GIB / 2, name: "part one", content: { type: "ext4", label: "data", uuid: "u-1" } },
    { sizeBytes: GIB / 2 },
    { sizeBytes: GIB / 4, content: { type: "raw", data: "held data" } },
  ],
};
const SEED = { disks: [DISK, { name: "sdc", sizeBytes: GIB }] };

test("a file system is shown with its tags, in each format", async () => {
  const { ask } = createStorageMachine(SEED);
  const partUuid = "5eed0000-0000-4000-8000-000000000005";
  expect(await ask("blkid /dev/sdb1")).toBe(
    `/dev/sdb1: LABEL="data" UUID="u-1" BLOCK_SIZE="4096" TYPE="ext4" PARTLABEL="part one" PARTUUID="${partUuid}"\n`,
  );
  expect(await ask("blkid -o export -s TYPE -s LABEL /dev/sdb1")).toBe(
    "DEVNAME=/dev/sdb1\nLABEL=data\nTYPE=ext4\n",
  );
  expect(await ask("blkid -o value -s TYPE /dev/disk/by-label/data")).toBe("ext4\n");
  expect(await ask("blkid -o device -t TYPE=ext4")).toBe("/dev/sda1\n/dev/sdb1\n");
  expect(await ask("blkid -p -o udev -s UUID /dev/sdb1")).toBe("ID_FS_UUID=u-1\n");
});

test("a disk shows its table, and an empty partition its own id with exit code 0", async () => {
  const { run } = createStorageMachine(SEED);
  expect((await run("blkid /dev/sdb")).stdout).toMatch(
    /^\/dev\/sdb: PTUUID="[^"]+" PTTYPE="gpt"\n$/u,
  );
  const empty = await run("blkid /dev/sdb2");
  expect([empty.exitCode, empty.stdout]).toEqual([
    0,
    '/dev/sdb2: PARTUUID="5eed0000-0000-4000-8000-000000000007"\n',
  ]);
});

test("low-level probing tells of the partition's entry and the usage", async () => {
  const { ask } = createStorageMachine(SEED);
  const lines = (await ask("blkid -p -o export /dev/sdb1")).split("\n");
  expect(lines).toContain("USAGE=filesystem");
  expect(lines).toContain("PART_ENTRY_SCHEME=gpt");
  expect(lines).toContain("PART_ENTRY_NUMBER=1");
  expect(lines).toContain("PART_ENTRY_OFFSET=2048");
});

test("where nothing is found the exit code is 2, without a word", async () => {
  const { run } = createStorageMachine(SEED);
  for (const line of ["/dev/sdc", "/dev/nosuch", "-p /dev/sdc", "-L nosuch", "-t LABEL=x"]) {
    const result = await run(`blkid ${line}`);
    expect([line, result.exitCode, result.stdout, result.stderr]).toEqual([line, 2, "", ""]);
  }
  expect((await run("blkid -L data")).stdout).toBe("/dev/sdb1\n");
  expect((await run("blkid -U u-1")).stdout).toBe("/dev/sdb1\n");
});

test("a call that it does not understand ends with 4", async () => {
  const { run } = createStorageMachine(SEED);
  expect((await run("blkid --bogus")).exitCode).toBe(4);
  expect((await run("blkid -o nonsense /dev/sdb1")).exitCode).toBe(4);
  expect((await run("blkid -p")).stderr).toContain("requires a device");
});
