import { describe, expect, test } from "bun:test";
import { createStorageMachine, GIB, MIB } from "../../../support/linux-storage.ts";

const SEED = {
  disks: [
    { name: "sdb", sizeBytes: 100 * MIB },
    {
      name: "sdc",
      sizeBytes: GIB,
      table: "mbr" as const,
      partitions: [{ sizeBytes: 100 * MIB, content: { type: "ext4", data: "held data" } }],
    },
  ],
  mounts: [{ device: "/dev/sdc1", target: "/data" }],
};
const LINUX = "0FC63DAF-8483-4772-8E79-3D69D8477DE4";

function create() {
  const machine = createStorageMachine(SEED);
  /** "start size type", by partition. */
  const table = (disk = "sdb"): readonly string[] =>
    (machine.storage.disks.find(({ name }) => name === disk)?.table?.partitions ?? []).map(
      ({ startSector, sectors, type }) => `${startSector} ${sectors} ${type}`,
    );
  return { ...machine, table };
}

describe("scripts", () => {
  test("sizes take units, the rest of the disk ends at a full MiB", async () => {
    const { run, table } = create();
    expect((await run("sfdisk /dev/sdb", "label: gpt\n,10M\n,20MiB,S\n,+\n")).exitCode).toBe(0);
    expect(table()).toEqual([
      `2048 20480 ${LINUX}`,
      "22528 40960 0657FD6D-A4AB-43C4-84E5-0933C84B4F4F",
      `63488 139264 ${LINUX}`,
    ]);
  });

  test("a size that is too large is made to fit without a word", async () => {
    const { run, table } = create();
    expect((await run("sfdisk /dev/sdb", "label: gpt\n,200M\n")).exitCode).toBe(0);
    expect(table()).toEqual([`2048 198656 ${LINUX}`]);
    const refused = await run("sfdisk /dev/sdb", "label: dos\n,90M\n,20M\n");
    expect([refused.exitCode, refused.stdout]).toEqual([
      1,
      expect.stringContaining("No free sectors available."),
    ]);
    expect(table()).toHaveLength(1);
  });

  test("the next partition goes behind the one before, and in front where that is full", async () => {
    const { run, table } = create();
    await run("sfdisk /dev/sdb", "label: dos\nstart=20480,size=2048\nsize=20M\n,+\n,1M\n");
    expect(table()).toEqual(["20480 2048 83", "22528 40960 83", "63488 141312 83", "2048 2048 83"]);
  });

  test("start and size that do not fit are refused, and nothing is written", async () => {
    const { run, table, storage } = create();
    const result = await run("sfdisk /dev/sdb", "label: gpt\nstart=2048,size=99999999\n");
    expect(result.exitCode).toBe(1);
    expect(result.stdout).toContain(
      "The last usable GPT sector is 204766, but 100002046 is requested",
    );
    expect(table()).toEqual([]);
    expect(storage.disks[1]?.table).toBeUndefined();
    const twice = await run("sfdisk /dev/sdb", "start=2048,size=2048\nstart=2048,size=4096\n");
    expect([twice.exitCode, twice.stdout]).toEqual([
      1,
      expect.stringContaining("Sector 2048 already used"),
    ]);
  });

  test("without a label the kind of table stays; a disk without one gets MBR", async () => {
    const { run, storage, table } = create();
    await run("sfdisk /dev/sdb", ",10M\n");
    expect(storage.disks[1]?.table?.type).toBe("dos");
    await run("sfdisk -X gpt /dev/sdb", ",10M\n");
    await run("sfdisk /dev/sdb", ",20M\n");
    expect([storage.disks[1]?.table?.type, table()]).toEqual(["gpt", [`2048 40960 ${LINUX}`]]);
  });

  test("MBR has four partitions, types that cannot be read become 0, flags and named fields are read", async () => {
    const { run, table, storage } = create();
    await run("sfdisk /dev/sdb", "label: dos\n,10M,83,*\nsize=5M, type=82\n,1M,zz\n,1M\n,1M\n");
    expect(table()).toEqual(["2048 20480 83", "22528 10240 82", "32768 2048 0", "34816 2048 83"]);
    expect(storage.disks[1]?.table?.partitions[0]?.isBootable).toBe(true);
  });

  test("an empty script leaves the partitions, junk is refused", async () => {
    const { run, table } = create();
    await run("sfdisk /dev/sdb", ",10M\n");
    expect((await run("sfdisk /dev/sdb", "")).exitCode).toBe(0);
    expect(table()).toEqual(["2048 20480 83"]);
    const junk = await run("sfdisk /dev/sdb", "foo\n");
    expect([junk.exitCode, junk.stderr]).toEqual([1, "line 1: unsupported command\n"]);
  });

  test("one partition is changed or added alone", async () => {
    const { run, table } = create();
    await run("sfdisk /dev/sdb", "label: gpt\n,10M\n,10M\n");
    expect((await run("sfdisk -N 2 /dev/sdb", ",+\n")).exitCode).toBe(0);
    await run("sfdisk --delete /dev/sdb 1");
    await run("sfdisk --append /dev/sdb", ",5M\n");
    expect(table()).toEqual([`2048 10240 ${LINUX}`, `22528 180224 ${LINUX}`]);
    expect((await run("sfdisk --delete /dev/sdb 7")).exitCode).toBe(1);
  });
});

describe("what it tells", () => {
  test("a dump goes in again as it came out", async () => {
    const { run, ask } = create();
    await run("sfdisk /dev/sdb", 'label: gpt\nsize=10M, name="a b"\n,20M\n');
    const dump = await ask("sfdisk --dump /dev/sdb");
    expect(dump).toMatch(
      /^label: gpt\nlabel-id: [0-9A-F-]{36}\ndevice: \/dev\/sdb\nunit: sectors\nfirst-lba: 2048\nlast-lba: 204766\nsector-size: 512\n\n\/dev\/sdb1 : start= {8}2048, size= {7}20480, type=/u,
    );
    await run("sfdisk /dev/sdb", dump);
    expect(await ask("sfdisk -d /dev/sdb")).toBe(dump);
    expect(JSON.parse(await ask("sfdisk --json /dev/sdb")).partitiontable).toMatchObject({
      label: "gpt",
      lastlba: 204_766,
      partitions: [{ node: "/dev/sdb1", start: 2048, size: 20_480, name: "a b" }, {}],
    });
  });

  test("a disk without a table is a failure with words; so is no disk, and another unit", async () => {
    const { run } = create();
    expect((await run("sfdisk -d /dev/sdb")).stderr).toBe(
      "sfdisk: /dev/sdb: does not contain a recognized partition table\n",
    );
    expect((await run("sfdisk -d /dev/nosuch")).stderr).toContain("cannot open /dev/nosuch");
    expect((await run("sfdisk -uM /dev/sdb", ",1\n")).stderr).toBe(
      "sfdisk: unsupported unit 'M'\n",
    );
    expect((await run("sfdisk --bogus")).exitCode).toBe(1);
  });

  test("asking is a query, --no-act too; a script is not", async () => {
    const { ask, run, system, table } = create();
    await run("sfdisk /dev/sdb", ",10M\n");
    expect(await ask("sfdisk --part-type /dev/sdb 1")).toBe("83\n");
    expect(await ask("sfdisk --no-act /dev/sdb")).toContain("unchanged");
    expect(await ask("sfdisk -l /dev/sdb")).toContain("100 MiB, 104857600 bytes, 204800 sectors");
    await expect(system.exec.query(["/usr/sbin/sfdisk", "/dev/sdb"])).rejects.toThrow("exec.run");
    expect(table()).toEqual(["2048 20480 83"]);
  });
});

describe("a disk in use", () => {
  test("is refused, and is changed with --no-reread or --force", async () => {
    const { run, table } = create();
    const refused = await run("sfdisk /dev/sdc", "label: gpt\n,50M\n");
    expect([refused.exitCode, refused.stderr]).toEqual([
      1,
      "sfdisk: Use the --force flag to overrule all checks.\n",
    ]);
    expect(refused.stdout).toContain("This disk is currently in use");
    expect(table("sdc")).toEqual(["2048 204800 83"]);
    expect((await run("sfdisk --force /dev/sdc", ",50M\n")).exitCode).toBe(0);
    expect(table("sdc")).toEqual(["2048 102400 83"]);
  });

  test("its partition grows in the kernel too, but neither shrinks nor goes", async () => {
    const { run, ask } = create();
    await run("sfdisk --no-reread /dev/sdc", "start=2048,size=409600\n");
    expect(await ask("blockdev --getsize64 /dev/sdc1")).toBe(`${200 * MIB}\n`);
    const shrunk = await run("sfdisk --no-reread /dev/sdc", "start=2048,size=2048\n");
    expect(shrunk.stdout).toContain("Device or resource busy");
    expect(await ask("blockdev --getsize64 /dev/sdc1")).toBe(`${200 * MIB}\n`);
  });

  test("a read-only disk cannot be opened", async () => {
    const { run } = createStorageMachine({
      disks: [{ name: "sdb", sizeBytes: GIB, isReadOnly: true }],
    });
    expect((await run("sfdisk /dev/sdb", ",1M\n")).stderr).toContain("Read-only file system");
  });
});

test("a file system on the whole disk is warned of, and gone with the table", async () => {
  const { run, ask } = createStorageMachine({
    disks: [{ name: "sdb", sizeBytes: GIB, content: { type: "ext4", data: "held data" } }],
  });
  const made = await run("sfdisk /dev/sdb", "label: gpt\n,10M\n");
  expect(made.stdout).toContain("The device contains 'ext4' signature");
  expect(await ask("lsblk -nro NAME,FSTYPE /dev/sdb")).toBe("sdb \nsdb1 \n");
});
