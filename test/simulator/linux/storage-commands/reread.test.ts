import { expect, test } from "bun:test";
import { createStorageMachine, GIB, MIB } from "../../../support/linux-storage.ts";

const SEED = {
  disks: [
    {
      name: "sdb",
      sizeBytes: GIB,
      partitions: [{ sizeBytes: 100 * MIB, content: { type: "ext4" } }, { sizeBytes: 100 * MIB }],
    },
  ],
};

test("blockdev tells sizes, and reads the table again where nothing is in use", async () => {
  const { ask, run } = createStorageMachine(SEED);
  expect(await ask("blockdev --getsize64 --getss --getro /dev/sdb1")).toBe(
    `${100 * MIB}\n512\n0\n`,
  );
  expect((await run("blockdev --rereadpt /dev/sdb")).exitCode).toBe(0);
  await run("mount /dev/sdb1 /opt");
  const busy = await run("blockdev --rereadpt /dev/sdb");
  expect([busy.exitCode, busy.stderr]).toEqual([
    1,
    "blockdev: ioctl error on BLKRRPART: Device or resource busy\n",
  ]);
  expect((await run("blockdev --rereadpt /dev/sdb1")).stderr).toContain("Invalid argument");
  expect((await run("blockdev --getsize64 /dev/no")).stderr).toContain("cannot open /dev/no");
  expect((await run("blockdev --getsize64")).stderr).toContain("no device specified");
  expect((await run("blockdev --nonsense /dev/sdb")).exitCode).toBe(1);
});

test("partprobe and partx take over what they can: not a partition that is in use", async () => {
  const { run, ask } = createStorageMachine(SEED);
  await run("mount /dev/sdb1 /opt");
  await run("sfdisk --no-tell-kernel --no-reread /dev/sdb", "start=4096,size=2048\n");
  expect(await ask("lsblk -nro NAME /dev/sdb")).toBe("sdb\nsdb1\nsdb2\n");
  for (const line of ["partprobe /dev/sdb", "partx -u /dev/sdb"]) {
    const result = await run(line);
    expect([line, result.exitCode, /1/u.test(result.stderr)]).toEqual([line, 1, true]);
    expect(await ask("lsblk -bnro NAME,START /dev/sdb")).toBe("sdb \nsdb1 2048\n");
  }
  await run("umount /opt");
  expect((await run("partprobe")).exitCode).toBe(0);
  expect(await ask("lsblk -nro NAME,START /dev/sdb")).toBe("sdb \nsdb1 4096\n");
  expect((await run("partprobe /dev/no")).exitCode).toBe(1);
  expect((await run("partx -u /dev/no")).exitCode).toBe(1);
});

test("udevadm settles and triggers, and knows no other words", async () => {
  const { run } = createStorageMachine(SEED);
  expect((await run("udevadm settle --timeout=5")).exitCode).toBe(0);
  expect((await run("udevadm trigger")).exitCode).toBe(0);
  expect((await run("udevadm nonsense")).exitCode).toBe(1);
});
