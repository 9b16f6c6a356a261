import { expect, test } from "bun:test";
import { createStorageMachine, GIB } from "../../../support/linux-storage.ts";

const SEED = {
  disks: [{ name: "sdb", sizeBytes: GIB, content: { type: "xfs", label: "data", uuid: "u-1" } }],
  mounts: [{ device: "/dev/sdb", target: "/data" }],
};

test("a mount is found by its directory, its device, its link and its label", async () => {
  const { ask } = createStorageMachine(SEED);
  for (const word of [
    "/data",
    "/data/",
    "/dev/sdb",
    "/dev/disk/by-label/data",
    "LABEL=data",
    "UUID=u-1",
  ]) {
    expect(await ask(`findmnt -no TARGET,SOURCE,FSTYPE ${word}`)).toBe("/data  /dev/sdb xfs\n");
  }
  expect(await ask("findmnt -P /data")).toBe(
    'TARGET="/data" SOURCE="/dev/sdb" FSTYPE="xfs" OPTIONS="rw,relatime"\n',
  );
  expect(JSON.parse(await ask("findmnt -J -o SOURCE,SIZE -b /data"))).toEqual({
    filesystems: [{ source: "/dev/sdb", size: GIB }],
  });
});

test("--target takes any path below, --mountpoint the directory only", async () => {
  const { ask, run, system } = createStorageMachine(SEED);
  system.fs.write("/data/a/file", "");
  expect(await ask("findmnt -no SOURCE --target /data/a/file")).toBe("/dev/sdb\n");
  expect(await ask("findmnt -no SOURCE --target=/etc")).toBe("/dev/sda1\n");
  expect((await run("findmnt -M /data/a")).exitCode).toBe(1);
  expect((await run("findmnt -T /nosuch/path")).exitCode).toBe(1);
});

test("one mount over another is shown after it", async () => {
  const { run, ask } = createStorageMachine(SEED);
  await run("mount -t tmpfs tmpfs /data");
  expect(await ask("findmnt -rno SOURCE -M /data")).toBe("/dev/sdb\ntmpfs\n");
  expect(await ask("findmnt -frno SOURCE -M /data")).toBe("/dev/sdb\n");
});

test("--fstab reads the table, with blanks unescaped", async () => {
  const { ask, system, run } = createStorageMachine(SEED);
  system.fs.write("/etc/fstab", "# a comment\nLABEL=a\\040b /mnt auto nofail\n");
  expect(await ask("findmnt --fstab -no SOURCE,TARGET,OPTIONS,PASSNO")).toBe(
    "LABEL=a b /mnt   nofail       0\n",
  );
  system.fs.remove("/etc/fstab");
  expect((await run("findmnt --fstab")).exitCode).toBe(1);
});

test("nothing found is exit code 1 without a word; an unknown column has words", async () => {
  const { run } = createStorageMachine(SEED);
  const none = await run("findmnt /nosuch");
  expect([none.exitCode, none.stdout, none.stderr]).toEqual([1, "", ""]);
  expect((await run("findmnt -o FOO /")).stderr).toBe("findmnt: unknown column: FOO\n");
});
