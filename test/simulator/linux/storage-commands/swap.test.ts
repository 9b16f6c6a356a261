import { describe, expect, test } from "bun:test";
import { listHeldData } from "../../../../src/simulator/linux/block-devices.ts";
import type { SeedLinuxStorage } from "../../../../src/simulator/linux/storage.ts";
import { createStorageMachine, GIB, MIB } from "../../../support/linux-storage.ts";

const DISKS: SeedLinuxStorage = {
  disks: [
    { name: "sdb", sizeBytes: GIB },
    { name: "sdc", sizeBytes: GIB, content: { type: "ext4", data: "held data" } },
    { name: "sdd", sizeBytes: GIB, partitions: [{ sizeBytes: MIB }] },
  ],
};
const BTRFS: SeedLinuxStorage = {
  disks: [{ name: "sda", sizeBytes: 4 * GIB, content: { type: "btrfs" } }],
};

describe("swap files", () => {
  test("are reserved, made and used", async () => {
    const { run, file, system, ask } = createStorageMachine();
    expect((await run("fallocate -l 512M /swapfile")).exitCode).toBe(0);
    expect(system.fs.stat("/swapfile")?.sizeBytes).toBe(512 * MIB);
    const made = await run("mkswap /swapfile");
    expect(made.stderr).toBe(
      "mkswap: /swapfile: insecure permissions 0644, fix with: chmod 0600 /swapfile\n",
    );
    system.fs.setAttributes("/swapfile", { mode: 0o600 });
    expect((await run("mkswap /swapfile")).stdout).toMatch(
      /^Setting up swapspace version 1, size = 512 MiB \(536866816 bytes\)\nno label, UUID=/u,
    );
    expect((await run("swapon /swapfile")).exitCode).toBe(0);
    expect(file("/proc/swaps")).toMatch(/^\/swapfile +file +\t524284\t\t0\t\t-2$/mu);
    expect(await ask("swapon --show --noheadings --raw --show=NAME,TYPE")).toBe("/swapfile file\n");
    const again = await run("swapon /swapfile");
    expect([again.exitCode, again.stderr]).toEqual([
      255,
      "swapon: /swapfile: swapon failed: Device or resource busy\n",
    ]);
    expect((await run("swapoff /swapfile")).exitCode).toBe(0);
    expect(await ask("swapon --show")).toBe("");
  });

  test("by dd take the room that they need, and no more than there is", async () => {
    const { run, system, ask } = createStorageMachine();
    const free = async (): Promise<number> =>
      Number((await ask("df --output=avail /")).split("\n")[1]);
    const before = await free();
    const made = await run("dd if=/dev/zero of=/swapfile bs=1M count=100");
    expect([made.exitCode, made.stderr]).toEqual([0, expect.stringContaining("100+0 records out")]);
    expect(before - (await free())).toBe(100 * 1_024);
    const full = await run("dd if=/dev/zero of=/big bs=1M count=9000");
    expect([full.exitCode, full.stderr]).toEqual([
      1,
      expect.stringContaining("dd: error writing '/big': No space left on device"),
    ]);
    expect(system.fs.stat("/big")?.sizeBytes).toBeGreaterThan(GIB);
    const none = await run("fallocate -l 1G /more");
    expect([none.exitCode, none.stderr]).toEqual([
      1,
      "fallocate: fallocate failed: No space left on device\n",
    ]);
    expect(system.fs.stat("/more")?.sizeBytes).toBe(0);
  });

  test("on btrfs have to be written in place", async () => {
    const { run, system } = createStorageMachine(BTRFS);
    await run("fallocate -l 64M /plain");
    await run("mkswap /plain");
    expect((await run("swapon /plain")).stderr).toContain("swapon failed: Invalid argument");
    expect((await run("chattr +C /plain")).stderr).toContain("Invalid argument");
    system.fs.write("/swapfile", "");
    expect((await run("chattr +C /swapfile")).exitCode).toBe(0);
    await run("fallocate -l 64M /swapfile");
    await run("mkswap /swapfile");
    expect((await run("swapon /swapfile")).exitCode).toBe(0);
    expect((await createStorageMachine().run("chattr +C /etc")).stderr).toContain("not supported");
  });

  test("cannot be used with holes; where room cannot be reserved, fallocate says so", async () => {
    const holes = createStorageMachine({ faults: { doesFallocateLeaveHoles: true } });
    await holes.run("fallocate -l 64M /swapfile");
    await holes.run("mkswap /swapfile");
    const refused = await holes.run("swapon /swapfile");
    expect([refused.exitCode, refused.stderr]).toEqual([
      255,
      expect.stringContaining("swapon: /swapfile: skipping - it appears to have holes.\n"),
    ]);
    await holes.run("dd if=/dev/zero of=/swapfile bs=1M count=64");
    await holes.run("mkswap /swapfile");
    expect((await holes.run("swapon /swapfile")).exitCode).toBe(0);
    const unable = createStorageMachine({ faults: { isFallocateUnsupported: true } });
    expect((await unable.run("fallocate -l 64M /swapfile")).stderr).toBe(
      "fallocate: fallocate failed: Operation not supported\n",
    );
  });

  test("nothing keeps dd from a device that holds data", async () => {
    const { run, storage } = createStorageMachine(DISKS);
    expect((await run("dd if=/dev/zero of=/dev/sdc bs=1M count=1")).exitCode).toBe(0);
    expect(listHeldData(storage)).toEqual(["sda1: held data"]);
  });

  test("words that are none", async () => {
    const { run } = createStorageMachine();
    expect((await run("fallocate -l 10X /x")).stderr).toBe(
      "fallocate: invalid length value specified\n",
    );
    expect((await run("fallocate /x")).stderr).toBe("fallocate: no length argument specified\n");
    expect((await run("fallocate -l 1M /no/x")).stderr).toContain("No such file or directory");
    expect((await run("dd if=/nosuch of=/x")).stderr).toContain("failed to open '/nosuch'");
    expect((await run("dd if=/dev/zero of=/x bs=foo")).stderr).toContain("invalid number: 'foo'");
    expect((await run("dd foo")).stderr).toContain("unrecognized operand 'foo'");
  });
});

describe("mkswap", () => {
  test("makes an area on a device, over what was there", async () => {
    const { run, ask } = createStorageMachine(DISKS);
    const made = await run("mkswap -L swap /dev/sdc");
    expect(made.stderr).toBe("mkswap: /dev/sdc: warning: wiping old ext4 signature.\n");
    expect(await ask("blkid -o value -s TYPE -s LABEL /dev/sdc")).toBe("swap\nswap\n");
  });

  test("refuses what is mounted, missing, too small, or has no such id", async () => {
    const { run, system } = createStorageMachine(DISKS);
    await run("mount /dev/sdc /opt");
    expect((await run("mkswap /dev/sdc")).stderr).toContain("is mounted; will not make swapspace");
    expect((await run("mkswap -f /dev/sda")).stderr).toContain("Device or resource busy");
    expect((await run("mkswap /dev/nosuch")).stderr).toContain("No such file or directory");
    expect((await run("mkswap -U bogus /dev/sdb")).stderr).toBe(
      "mkswap: error: parsing UUID failed\n",
    );
    expect((await run("mkswap")).exitCode).toBe(1);
    system.fs.write("/small", "x".repeat(20_000));
    expect((await run("mkswap /small")).stderr).toContain("needs to be at least 40 KiB");
  });

  test("leaves a disk with a partition table as it is", async () => {
    const { run, ask } = createStorageMachine(DISKS);
    expect((await run("mkswap /dev/sdd")).stderr).toContain("partition table detected");
    expect(await ask("blkid -o value -s PTTYPE /dev/sdd")).toBe("gpt\n");
  });
});

describe("swapon and swapoff", () => {
  test("-a takes what fstab says, and passes over what is active or may be missing", async () => {
    const { run, system, storage } = createStorageMachine(DISKS);
    await run("mkswap -L swap /dev/sdb");
    system.fs.append(
      "/etc/fstab",
      "LABEL=swap none swap sw,pri=5 0 0\n/dev/no none swap sw,nofail 0 0\n/dev/sdc none swap noauto 0 0\n",
    );
    for (let time = 0; time < 2; time += 1) {
      expect((await run("swapon -a")).exitCode).toBe(0);
      expect(storage.swaps).toEqual([
        { path: "/dev/sdb", kind: "partition", sizeKb: 1_048_572, priority: 5 },
      ]);
    }
    system.fs.append("/etc/fstab", "/dev/no2 none swap sw 0 0\n");
    expect((await run("swapon -a")).exitCode).toBe(255);
    await run("swapoff -a");
    expect(storage.swaps).toEqual([]);
  });

  test("refuse what is no swap area, or not there, or not active", async () => {
    const { run } = createStorageMachine(DISKS);
    const on = await run("swapon /dev/sdc");
    expect([on.exitCode, on.stderr]).toEqual([255, "swapon: /dev/sdc: read swap header failed\n"]);
    expect((await run("swapon /dev/no")).stderr).toBe(
      "swapon: cannot open /dev/no: No such file or directory\n",
    );
    expect((await run("swapon LABEL=no")).stderr).toBe(
      "swapon: cannot find the device for LABEL=no\n",
    );
    const off = await run("swapoff /dev/sdc");
    expect([off.exitCode, off.stderr]).toEqual([
      4,
      "swapoff: /dev/sdc: swapoff failed: Invalid argument\n",
    ]);
    expect((await run("swapoff /dev/no")).exitCode).toBe(4);
    expect((await run("swapon --bogus")).exitCode).toBe(16);
  });

  test("--show is a table with headings", async () => {
    const { run, ask } = createStorageMachine(DISKS);
    await run("mkswap /dev/sdb");
    await run("swapon /dev/sdb");
    expect(await ask("swapon --show")).toBe(
      "NAME     TYPE       SIZE USED PRIO\n/dev/sdb partition 1024M   0B   -2\n",
    );
    expect(await ask("swapon -s")).toStartWith("Filename");
    expect((await run("swapon --show=FOO")).stderr).toBe("swapon: unknown column: FOO\n");
  });
});
