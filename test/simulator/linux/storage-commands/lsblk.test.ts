import { expect, test } from "bun:test";
import { createStorageMachine, GIB } from "../../../support/linux-storage.ts";

const SEED = {
  disks: [
    {
      name: "sdb",
      sizeBytes: 2 * GIB,
      table: "mbr" as const,
      partitions: [{ sizeBytes: 1.5 * GIB, content: { type: "ext4", label: "my data" } }],
    },
  ],
};

test("the default table is a tree", async () => {
  const { ask } = createStorageMachine(SEED);
  expect(await ask("lsblk")).toBe(
    [
      "NAME   MAJ:MIN RM SIZE RO TYPE MOUNTPOINTS",
      "sda    8:0      0  20G  0 disk ",
      "`-sda1 8:1      0   4G  0 part /",
      "sdb    8:16     0   2G  0 disk ",
      "`-sdb1 8:17     0 1.5G  0 part ",
      "",
    ].join("\n"),
  );
});

test("raw and pairs escape, and name whole paths where asked", async () => {
  const { ask } = createStorageMachine(SEED);
  expect(await ask("lsblk -rnpo NAME,LABEL /dev/sdb1")).toBe("/dev/sdb1 my\\x20data\n");
  expect(await ask("lsblk -P -b -o NAME,SIZE,PKNAME /dev/sdb")).toBe(
    `NAME="sdb" SIZE="${2 * GIB}" PKNAME=""\nNAME="sdb1" SIZE="${1.5 * GIB}" PKNAME="sdb"\n`,
  );
  expect(await ask("lsblk -dn -o NAME")).toBe("sda\nsdb\n");
});

test("JSON nests partitions, with null for what is not there", async () => {
  const { ask } = createStorageMachine(SEED);
  const out = JSON.parse(
    await ask("lsblk --json --bytes -o NAME,SIZE,FSTYPE,MOUNTPOINTS,PTTYPE,RO /dev/sdb"),
  );
  expect(out).toEqual({
    blockdevices: [
      {
        name: "sdb",
        size: 2 * GIB,
        fstype: null,
        mountpoints: [null],
        pttype: "dos",
        ro: false,
        children: [
          {
            name: "sdb1",
            size: 1.5 * GIB,
            fstype: "ext4",
            mountpoints: [null],
            pttype: "dos",
            ro: false,
          },
        ],
      },
    ],
  });
});

test("exit code 32 for no device at all, 64 for some, 1 for a column that is none", async () => {
  const { run } = createStorageMachine(SEED);
  const none = await run("lsblk /dev/nosuch");
  expect([none.exitCode, none.stderr]).toEqual([32, "lsblk: /dev/nosuch: not a block device\n"]);
  expect((await run("lsblk /dev/sdb /dev/nosuch")).exitCode).toBe(64);
  const wrong = await run("lsblk -o FOO");
  expect([wrong.exitCode, wrong.stderr]).toEqual([1, "lsblk: unknown column: FOO\n"]);
  expect((await run("lsblk --bogus")).exitCode).toBe(1);
});
