import { expect, test } from "bun:test";
import { createStorageMachine, GIB } from "../../../support/linux-storage.ts";

const SEED = {
  disks: [
    { name: "sdb", sizeBytes: GIB, content: { type: "ext4", label: "data", uuid: "u-1" } },
    {
      name: "sdc",
      sizeBytes: GIB,
      partitions: [{ sizeBytes: GIB / 2, content: { type: "xfs", data: "held data" } }],
    },
  ],
};

test("signatures are shown, as a table or as JSON, and stay", async () => {
  const { ask } = createStorageMachine(SEED);
  expect(await ask("wipefs /dev/sdb")).toBe(
    "DEVICE OFFSET TYPE UUID LABEL\nsdb    0x438  ext4 u-1  data\n",
  );
  expect(JSON.parse(await ask("wipefs -J /dev/sdc")).signatures).toMatchObject([
    { type: "gpt", offset: "0x200" },
    { type: "gpt" },
    { type: "PMBR", offset: "0x1fe" },
  ]);
  expect(await ask("wipefs -an /dev/sdb")).toContain("erased at offset 0x00000438 (ext4): 53 ef\n");
  expect(await ask("blkid -o value -s TYPE /dev/sdb")).toBe("ext4\n");
});

test("they are erased, and nothing there is no failure", async () => {
  const { run } = createStorageMachine(SEED);
  expect((await run("wipefs --all /dev/sdb")).stdout).toBe(
    "/dev/sdb: 2 bytes were erased at offset 0x00000438 (ext4): 53 ef\n",
  );
  expect((await run("blkid /dev/sdb")).exitCode).toBe(2);
  const again = await run("wipefs --all /dev/sdb");
  expect([again.exitCode, again.stdout]).toEqual([0, ""]);
});

test("with a disk's table its partitions are gone, but not with one of them in use", async () => {
  const { run, ask } = createStorageMachine(SEED);
  await run("mount /dev/sdc1 /opt");
  const busy = await run("wipefs -a /dev/sdc");
  expect([busy.exitCode, busy.stderr]).toEqual([
    1,
    "wipefs: error: /dev/sdc: probing initialization failed: Device or resource busy\n",
  ]);
  await run("umount /opt");
  expect((await run("wipefs -a /dev/sdc")).exitCode).toBe(0);
  expect(await ask("lsblk -nro NAME /dev/sdc")).toBe("sdc\n");
  // What the partition held was not erased: with the same table it is there again.
  await run("sfdisk /dev/sdc", "label: gpt\n,512M\n");
  expect(await ask("blkid -o value -s TYPE /dev/sdc1")).toBe("xfs\n");
});

test("a device that is not there, and none at all", async () => {
  const { run } = createStorageMachine(SEED);
  expect((await run("wipefs /dev/no")).stderr).toContain("No such file or directory");
  expect((await run("wipefs")).stderr).toContain("no device specified");
  expect((await run("wipefs --bogus")).exitCode).toBe(1);
});
