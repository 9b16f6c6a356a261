import { describe, expect, test } from "bun:test";
import { listHeldData } from "../../../src/simulator/linux/block-devices.ts";
import { bootSimulatedLinux } from "../../../src/simulator/linux/simulated-linux.ts";
import { createStorageMachine, GIB, MIB } from "../../support/linux-storage.ts";

describe("a machine without a seed", () => {
  test("has its root on a partition that is smaller than the disk", async () => {
    const { ask, file, system } = createStorageMachine();
    expect(await ask("lsblk -nrb -o NAME,SIZE,MOUNTPOINT")).toBe(
      `sda ${20 * GIB} \nsda1 ${4 * GIB} /\n`,
    );
    expect(file("/proc/mounts")).toContain("/dev/sda1 / ext4 rw,relatime 0 0\n");
    expect(file("/proc/cmdline")).toContain("root=/dev/sda1 ");
    expect(file("/etc/fstab")).toContain("UUID=5eed0000-0000-4000-8000-000000000003 / ext4 ");
    expect(system.fs.stat("/dev/sda1")?.kind).toBe("device");
    expect(system.fs.readLink("/dev/disk/by-label/rootfs")).toBe("../../sda1");
    expect(file("/sys/class/block/sda1/size")).toBe(`${(4 * GIB) / 512}\n`);
  });

  test("has no swap, and says of its partitions what proc(5) says", () => {
    const { file } = createStorageMachine();
    expect(file("/proc/swaps")).toBe("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
    expect(file("/proc/partitions")).toBe(
      "major minor  #blocks  name\n\n   8        0   20971520 sda\n   8        1    4194304 sda1\n",
    );
  });

  test("finds its disc by label too", () => {
    const disc = new Uint8Array(40_000);
    disc.set(new TextEncoder().encode("CD001"), 32_769);
    disc.set(new TextEncoder().encode("config-2".padEnd(32)), 32_808);
    const { system, storage } = bootSimulatedLinux({ disc });
    expect(storage.disks.at(-1)).toMatchObject({ name: "sr0", kind: "rom" });
    expect(system.fs.readLink("/dev/disk/by-label/config-2")).toBe("../../sr0");
  });
});

describe("seeds", () => {
  test("disks stand beside sda, with tables, contents and mounts as they say", async () => {
    const { ask, file, storage } = createStorageMachine({
      disks: [
        {
          name: "nvme0n1",
          sizeBytes: 8 * GIB,
          table: "mbr",
          partitions: [
            { sizeBytes: GIB, content: { type: "xfs", label: "data disk", data: "held data" } },
            { sizeBytes: GIB, type: "82", content: { type: "swap" } },
          ],
        },
        { name: "sdb", sizeBytes: GIB, content: { type: "ext4", data: "held data" } },
      ],
      mounts: [{ device: "/dev/nvme0n1p1", target: "/data", options: "rw,noatime" }],
      swaps: ["/dev/nvme0n1p2"],
    });
    expect(await ask("lsblk -nr -o NAME,FSTYPE,MOUNTPOINT")).toBe(
      "sda  \nsda1 ext4 /\nnvme0n1  \nnvme0n1p1 xfs /data\nnvme0n1p2 swap [SWAP]\nsdb ext4 \n",
    );
    expect(file("/proc/mounts")).toContain("/dev/nvme0n1p1 /data xfs rw,noatime 0 0\n");
    expect(file("/proc/swaps")).toMatch(/^\/dev\/nvme0n1p2 +partition \t1048572\t\t0\t\t-2$/mu);
    expect(listHeldData(storage)).toEqual([
      "sda1: held data",
      "nvme0n1p1: held data",
      "sdb: held data",
    ]);
  });

  test("a disk named sda, or one with the root on it, takes the place of the default one", () => {
    const partitions = [{ sizeBytes: GIB, content: { type: "xfs" } }];
    const names = (name: string, mounts?: { device: string; target: string }[]) =>
      bootSimulatedLinux({
        storage: {
          disks: [{ name, sizeBytes: 2 * GIB, partitions }],
          ...(mounts === undefined ? {} : { mounts }),
        },
      }).storage.disks.map((disk) => disk.name);
    expect(names("sda")).toEqual(["sda"]);
    expect(names("vda", [{ device: "/dev/vda1", target: "/" }])).toEqual(["vda"]);
    expect(names("vdb")).toEqual(["sda", "vdb"]);
    const empty = createStorageMachine({ disks: [{ name: "sda", sizeBytes: GIB }] });
    expect(empty.file("/proc/mounts")).toContain("/dev/vda1 / ext4 ");
    expect(() => names("vdb", [{ device: "/dev/vdb9", target: "/data" }])).toThrow("Cannot mount");
  });

  test("labels with blanks are escaped in links", () => {
    const { system } = createStorageMachine({
      disks: [{ name: "sdb", sizeBytes: GIB, content: { type: "ext4", label: "my data" } }],
    });
    expect(system.fs.list("/dev/disk/by-label")).toEqual(["my\\x20data", "rootfs"]);
  });
});

describe("faults", () => {
  test("a missing tool is no file and no command; a failing one does nothing", async () => {
    const { run, system, ask, gaps } = createStorageMachine({
      disks: [{ name: "sdb", sizeBytes: GIB }],
      faults: { missingTools: ["growpart"], failingTools: { "mkfs.ext4": "mke2fs: no memory" } },
    });
    expect(system.fs.stat("/usr/bin/growpart")).toBeUndefined();
    expect((await run("/usr/bin/growpart /dev/sda 1")).exitCode).toBe(127);
    const made = await run("mkfs.ext4 /dev/sdb");
    expect([made.exitCode, made.stderr]).toEqual([1, "mke2fs: no memory\n"]);
    expect((await run("mkfs -t ext4 /dev/sdb")).exitCode).toBe(1);
    expect(await ask("lsblk -nr -o FSTYPE /dev/sdb")).toBe("\n");
    expect(gaps).toEqual([]);
  });

  test("links come with udevadm settle where udev is slow", async () => {
    const { run, system } = createStorageMachine({
      disks: [{ name: "sdb", sizeBytes: GIB }],
      faults: { linksNeedSettle: true },
    });
    await run("mkfs.ext4 -q -L data /dev/sdb");
    expect(system.fs.list("/dev/disk/by-label")).toEqual(["rootfs"]);
    await run("udevadm settle");
    expect(system.fs.list("/dev/disk/by-label")).toEqual(["data", "rootfs"]);
  });

  test("a held device can neither be formatted nor mounted", async () => {
    const { run } = createStorageMachine({
      disks: [{ name: "sdb", sizeBytes: GIB, content: { type: "ext4" } }],
      faults: { heldOpen: ["/dev/sdb"] },
    });
    expect((await run("mkfs.ext4 /dev/sdb")).stderr).toContain("apparently in use by the system");
    expect((await run("mount /dev/sdb /opt")).stderr).toContain("busy");
    expect((await run("wipefs -a /dev/sdb")).stderr).toContain("Device or resource busy");
  });
});

describe("a restart", () => {
  const seed = {
    disks: [
      { name: "sdb", sizeBytes: GIB, content: { type: "ext4", label: "data" } },
      { name: "sdc", sizeBytes: GIB, content: { type: "swap", label: "swap" } },
    ],
  };

  test("mounts and swaps what fstab says, and nothing else", async () => {
    const machine = createStorageMachine(seed);
    const { run, file, system, storage } = machine;
    await run("mount /dev/sdb /opt");
    system.fs.write("/run/left", "");
    system.fs.append(
      "/etc/fstab",
      "LABEL=data /data auto defaults 0 2\nLABEL=swap none swap sw 0 0\n",
    );
    expect(machine.reboot()).toBeUndefined();
    expect(file("/proc/mounts")).toContain("/dev/sdb /data ext4 ");
    expect(file("/proc/mounts")).not.toContain(" /opt ");
    expect(storage.swaps.map(({ path }) => path)).toEqual(["/dev/sdc"]);
    expect(system.fs.stat("/run/left")).toBeUndefined();
  });

  test("stops at an entry that fails, unless it is nofail or of the network", () => {
    const bootWith = (line: string): string | undefined => {
      const machine = createStorageMachine(seed);
      machine.system.fs.append("/etc/fstab", `${line}\n`);
      return machine.reboot();
    };
    expect(bootWith("/dev/sdz /data ext4 defaults 0 2")).toContain("/dev/sdz does not exist");
    expect(bootWith("/dev/sdz /data ext4 defaults,nofail 0 2")).toBeUndefined();
    expect(bootWith("192.0.2.9:/x /data nfs _netdev 0 0")).toBeUndefined();
  });

  test("shows a disk that has grown, and what it holds as it was", async () => {
    const { storage, ask, refreshStorage } = createStorageMachine(seed);
    const [, disk] = storage.disks;
    Object.assign(disk ?? {}, { sizeBytes: 2 * GIB });
    refreshStorage();
    expect(await ask("blockdev --getsize64 /dev/sdb")).toBe(`${2 * GIB}\n`);
    expect(disk?.contents[0]?.content.sizeBytes).toBe(GIB);
  });
});

test("what a smaller or other table leaves out of reach is not held any more", async () => {
  const { run, storage } = createStorageMachine({
    disks: [
      {
        name: "sdb",
        sizeBytes: GIB,
        partitions: [{ sizeBytes: 100 * MIB, content: { type: "ext4", data: "held data" } }],
      },
    ],
  });
  const held = () => listHeldData(storage).filter((line) => line.startsWith("sdb"));
  expect(held()).toEqual(["sdb1: held data"]);
  await run("sfdisk /dev/sdb", "label: gpt\n,200M\n");
  // The same start: it is all there.
  expect(held()).toEqual(["sdb1: held data"]);
  await run("sfdisk /dev/sdb", "label: gpt\n,50M\n");
  expect(held()).toEqual([]);
  expect((await run("mount /dev/sdb1 /opt")).stderr).toContain("bad superblock");
  await run("sfdisk /dev/sdb", "label: gpt\n,100M\n");
  await run("mkfs.ext4 -q /dev/sdb1");
  expect(held()).toEqual([]);
});
