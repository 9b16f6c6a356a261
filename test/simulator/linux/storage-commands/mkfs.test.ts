import { describe, expect, test } from "bun:test";
import { createStorageMachine, GIB, MIB } from "../../../support/linux-storage.ts";

const SEED = {
  disks: [
    {
      name: "sdb",
      sizeBytes: 4 * GIB,
      partitions: [
        { sizeBytes: GIB },
        { sizeBytes: GIB, content: { type: "ext4", data: "held data" } },
        { sizeBytes: 50 * MIB },
      ],
    },
    { name: "sdc", sizeBytes: GIB },
  ],
};

function create() {
  const machine = createStorageMachine(SEED);
  return {
    ...machine,
    typeOf: async (path: string) =>
      (await machine.run(`blkid -o value -s TYPE ${path}`)).stdout.trim(),
  };
}

test("each makes its own kind, with a label and an id", async () => {
  const { run, typeOf, ask } = create();
  for (const type of ["ext2", "ext3", "ext4", "xfs", "btrfs", "vfat"]) {
    const flags = type === "xfs" || type === "btrfs" ? "-f " : "";
    const label = type === "vfat" ? "-n DATA" : "-L DATA";
    expect((await run(`mkfs.${type} ${flags}${label} /dev/sdb1`)).exitCode).toBe(0);
    expect(await typeOf("/dev/sdb1")).toBe(type);
    expect(await ask("blkid -L DATA")).toBe("/dev/sdb1\n");
  }
  expect(await ask("blkid -o value -s UUID /dev/sdb1")).toMatch(/^[0-9A-F]{4}-[0-9A-F]{4}\n$/u);
});

test("mkfs -t calls the one for the type, or cannot find it", async () => {
  const { run, typeOf } = create();
  await run("mkfs -t ext4 -q /dev/sdb1");
  expect(await typeOf("/dev/sdb1")).toBe("ext4");
  expect((await run("mkfs -t nosuch /dev/sdb1")).stderr).toBe(
    "mkfs: failed to execute mkfs.nosuch: No such file or directory\n",
  );
});

describe("what is there already", () => {
  test("does not stop mkfs.ext4 without a terminal", async () => {
    const { run, storage } = create();
    expect((await run("mkfs.ext4 -q /dev/sdb2")).exitCode).toBe(0);
    expect(storage.disks[1]?.contents.some(({ content }) => content.data !== undefined)).toBe(
      false,
    );
  });

  test("stops mkfs.xfs and mkfs.btrfs until they are forced", async () => {
    const { run, typeOf } = create();
    const xfs = await run("mkfs.xfs /dev/sdb2");
    expect([xfs.exitCode, xfs.stderr]).toEqual([
      1,
      "mkfs.xfs: /dev/sdb2 appears to contain an existing filesystem (ext4).\nmkfs.xfs: Use the -f option to force overwrite.\n",
    ]);
    expect((await run("mkfs.btrfs /dev/sdb2")).stderr).toContain("use the -f option");
    expect((await run("mkfs.xfs /dev/sdb")).stderr).toContain("a partition table (gpt)");
    expect(await typeOf("/dev/sdb2")).toBe("ext4");
    expect((await run("mkfs.xfs -f /dev/sdb2")).exitCode).toBe(0);
  });

  test("mkfs.vfat wants -I for a disk with partitions", async () => {
    const { run } = create();
    expect((await run("mkfs.vfat /dev/sdb")).stderr).toContain("use -I to override");
    expect((await run("mkfs.vfat /dev/sdc")).exitCode).toBe(0);
    expect((await run("mkfs.vfat -I /dev/sdb")).exitCode).toBe(0);
    // The table is gone, and with it the partitions.
    expect((await run("lsblk -nro NAME /dev/sdb")).stdout).toBe("sdb\n");
  });
});

test("nothing that is mounted or swapped to is formatted, by force or not", async () => {
  const { run, typeOf } = create();
  await run("mount /dev/sdb2 /opt");
  for (const words of ["ext4 -F -F", "xfs -f", "btrfs -f", "vfat -I"]) {
    const result = await run(`mkfs.${words} /dev/sdb2`);
    expect([words, result.exitCode, /mounted/u.test(result.stderr)]).toEqual([words, 1, true]);
  }
  expect((await run("mkfs.ext4 -F /dev/sdb")).stderr).toContain("apparently in use by the system");
  expect(await typeOf("/dev/sdb2")).toBe("ext4");
  await run("mkswap /dev/sdb1");
  await run("swapon /dev/sdb1");
  expect((await run("mkfs.ext4 /dev/sdb1")).stderr).toContain("apparently in use by the system");
});

test("sizes, labels and ids have limits", async () => {
  const { run, ask } = create();
  expect((await run("mkfs.xfs /dev/sdb3")).stderr).toBe("Filesystem must be larger than 300MB.\n");
  expect((await run("mkfs.btrfs /dev/sdb3")).stderr).toContain(
    "minimum size for each btrfs device",
  );
  expect((await run("mkfs.ext4 /dev/sdc 2G")).stderr).toContain("Not enough space");
  expect((await run("mkfs.vfat -n ABCDEFGHIJKLM /dev/sdc")).exitCode).toBe(1);
  expect((await run("mkfs.xfs -L abcdefghijklm /dev/sdc")).exitCode).toBe(1);
  const long = await run("mkfs.ext4 -q -L 12345678901234567890 /dev/sdc");
  expect([long.exitCode, long.stderr]).toEqual([
    0,
    "Warning: label too long; will be truncated to '1234567890123456'\n",
  ]);
  expect(await ask("blkid -o value -s LABEL /dev/sdc")).toBe("1234567890123456\n");
  expect((await run("mkfs.ext4 -U zz /dev/sdc")).stderr).toContain("could not parse UUID: zz");
  expect((await run("mkfs.ext4 -t foo /dev/sdc")).stderr).toContain("does not define the foo");
});

test("missing devices, missing words and dry runs", async () => {
  const { run, typeOf } = create();
  expect((await run("mkfs.ext4 /dev/nosuch")).stderr).toContain("does not exist");
  expect((await run("mkfs.ext4")).exitCode).toBe(1);
  expect((await run("mkfs.ext4 --what /dev/sdc")).exitCode).toBe(1);
  expect((await run("mkfs.ext4 -n /dev/sdc")).exitCode).toBe(0);
  expect(await typeOf("/dev/sdc")).toBe("");
});
