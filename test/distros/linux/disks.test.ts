import { describe, expect, test } from "bun:test";
import { createLinux } from "../../../src/distros/linux/linux.ts";
import {
  findDevicePath,
  parseLsblk,
  partitionPath,
} from "../../../src/distros/linux/disks-read.ts";
import { diskSetup } from "../../../src/modules/disk-setup.ts";
import { listDevices } from "../../../src/simulator/linux/block-devices.ts";
import { bootSimulatedLinux } from "../../../src/simulator/linux/simulated-linux.ts";
import type { SeedLinuxStorage } from "../../../src/simulator/linux/storage.ts";
import { planSystem } from "../../../src/system/planned-system.ts";
import type { System } from "../../../src/system/system.ts";
import { createTestLogger, runModule } from "../../support/module-context.ts";

const GIB = 2 ** 30;
const NEW_DISK: SeedLinuxStorage = { disks: [{ name: "sdb", sizeBytes: 10 * GIB }] };

type Config = Readonly<Record<string, unknown>>;

function createMachine(storage: SeedLinuxStorage, distro = "debian") {
  const linux = bootSimulatedLinux({ storage, distro });
  const ran: string[] = [];
  const { exec } = linux.system;
  const system: System = {
    ...linux.system,
    exec: {
      ...exec,
      run: (argv, options) => {
        ran.push(argv.join(" "));
        return exec.run(argv, options);
      },
    },
  };
  const run = async (config: Config, sys: System = system) => {
    const mark = ran.length;
    const made = createLinux({ sys, log: createTestLogger([]), systemInfo: {} }, distro);
    const { failures, log } = await runModule(diskSetup, { system: sys, distro: made, config });
    expect(linux.gaps).toEqual([]);
    const warnings = log.filter((line) => line.startsWith("WARNING"));
    return { failures, warnings, ran: ran.slice(mark) };
  };
  const devices = () =>
    listDevices(linux.storage)
      .filter(({ name }) => !name.startsWith("sda"))
      .map(({ name, content }) => `${name} ${content?.type ?? "-"} ${content?.label ?? ""}`.trim());
  return { linux, system, run, devices };
}

describe.each(["debian", "rhel"])("on %s", (distro) => {
  test("a new disk is partitioned and gets its file systems; a second run changes nothing", async () => {
    const { run, devices, linux } = createMachine(NEW_DISK, distro);
    const config = {
      device_aliases: { data: "/dev/sdb" },
      disk_setup: { data: { table_type: "gpt", layout: [50, [25, 82], 25] } },
      fs_setup: [
        { label: "data", filesystem: "ext4", device: "data.1" },
        { label: "swap", filesystem: "swap", device: "data", partition: 2 },
        { label: "rest", filesystem: "xfs", device: "/dev/sdb", partition: "auto" },
      ],
    };
    expect(await run(config)).toEqual({
      failures: [],
      warnings: [],
      ran: [
        "/usr/sbin/sfdisk /dev/sdb",
        "/usr/bin/udevadm settle",
        "/usr/sbin/mkfs.ext4 -L data /dev/sdb1",
        "/usr/sbin/mkswap -L swap /dev/sdb2",
        "/usr/sbin/mkfs.xfs -L rest /dev/sdb3",
      ],
    });
    expect(devices()).toEqual(["sdb -", "sdb1 ext4 data", "sdb2 swap swap", "sdb3 xfs rest"]);
    const table = linux.storage.disks.find(({ name }) => name === "sdb")?.table;
    expect(table?.type).toBe("gpt");
    expect(table?.partitions[1]?.type).toBe("0657FD6D-A4AB-43C4-84E5-0933C84B4F4F");
    expect(await run(config)).toEqual({ failures: [], warnings: [], ran: [] });
  });
});

test("an MBR table, one partition over the whole disk, is the default", async () => {
  const { run, linux } = createMachine(NEW_DISK);
  const config = { disk_setup: { "/dev/sdb": { layout: true } } };
  expect((await run(config)).failures).toEqual([]);
  const table = linux.storage.disks.find(({ name }) => name === "sdb")?.table;
  expect([table?.type, table?.partitions.map(({ type }) => type)]).toEqual(["dos", ["83"]]);
  expect((await run(config)).ran).toEqual([]);
});

test("a file system on the whole disk, and a command in place of mkfs", async () => {
  const { run, devices } = createMachine({
    disks: [...(NEW_DISK.disks ?? []), { name: "nvme0n1", sizeBytes: GIB }],
  });
  const { failures, ran } = await run({
    fs_setup: [
      { device: "/dev/sdb", filesystem: "ext4", label: "all", extra_opts: ["-m", "1"] },
      {
        device: "/dev/nvme0n1",
        filesystem: "xfs",
        label: "x y",
        cmd: ["/usr/sbin/mkfs.%(filesystem)s", "-L", "%(label)s", "%(device)s"],
      },
    ],
  });
  expect(failures).toEqual([]);
  expect(ran).toEqual([
    "/usr/sbin/mkfs.ext4 -F -L all -m 1 /dev/sdb",
    "/usr/sbin/mkfs.xfs -L x y /dev/nvme0n1",
  ]);
  expect(devices()[0]).toBe("sdb ext4 all");
});

describe("what is there", () => {
  const full: SeedLinuxStorage = {
    disks: [
      {
        name: "sdb",
        sizeBytes: 10 * GIB,
        table: "mbr",
        partitions: [
          { sizeBytes: GIB, content: { type: "ext4", label: "old", data: "one" } },
          { sizeBytes: GIB, content: { type: "ntfs", label: "temp", data: "two" } },
        ],
      },
      { name: "sdc", sizeBytes: GIB, content: { type: "xfs", data: "three" } },
    ],
  };

  test("stays without overwrite, and a warning says so", async () => {
    const { run, devices } = createMachine(full);
    const before = devices();
    const { failures, warnings, ran } = await run({
      disk_setup: {
        "/dev/sdb": { table_type: "gpt", layout: true },
        "/dev/sdc": { layout: [50, 50] },
      },
      fs_setup: [
        { device: "/dev/sdb", filesystem: "xfs", partition: 1 },
        { device: "/dev/sdb", filesystem: "xfs", partition: "auto" },
        { device: "/dev/sdc", filesystem: "ext4" },
      ],
    });
    expect(failures).toEqual([]);
    expect(ran).toEqual([]);
    expect(warnings).toHaveLength(5);
    expect(warnings[0]).toContain("it has 2 partitions");
    expect(warnings[1]).toContain('it holds "xfs"');
    expect(devices()).toEqual(before);
  });

  test("is given up with overwrite, or by its type with replace_fs", async () => {
    const replaced = createMachine(full);
    const config = {
      fs_setup: [
        {
          device: "/dev/sdb",
          filesystem: "ext4",
          label: "e",
          partition: "auto",
          replace_fs: "ntfs",
        },
      ],
    };
    expect((await replaced.run(config)).failures).toEqual([]);
    expect(replaced.devices().slice(1, 3)).toEqual(["sdb1 ext4 old", "sdb2 ext4 e"]);
    expect((await replaced.run(config)).ran).toEqual([]);

    const overwritten = createMachine(full);
    const { failures } = await overwritten.run({
      disk_setup: { "/dev/sdb": { table_type: "gpt", layout: true, overwrite: true } },
      fs_setup: [{ device: "/dev/sdc", filesystem: "ext4", label: "n", overwrite: true }],
    });
    expect(failures).toEqual([]);
    expect(overwritten.devices()).toEqual(["sdb -", "sdb1 -", "sdc ext4 n"]);

    const removed = createMachine(full);
    await removed.run({ disk_setup: { "/dev/sdb": { layout: "remove", overwrite: true } } });
    expect(removed.devices()[0]).toBe("sdb -");
    expect(removed.devices()).toHaveLength(2);
  });

  test("stays where it is in use, whatever overwrite says", async () => {
    const used = createMachine({
      ...full,
      mounts: [{ device: "/dev/sdb1", target: "/mnt" }],
      faults: { heldOpen: ["/dev/sdc"] },
    });
    const before = used.devices();
    const { failures, warnings } = await used.run({
      disk_setup: {
        "/dev/sda": { layout: true, overwrite: true },
        "/dev/sdb": { layout: "remove", overwrite: true },
        "/dev/sdc": { layout: true, overwrite: true },
      },
      fs_setup: [
        { device: "/dev/sda", filesystem: "xfs", partition: 1, overwrite: true },
        { device: "/dev/sdb", filesystem: "xfs", partition: 1, overwrite: true },
      ],
    });
    expect(failures).toHaveLength(5);
    expect(failures[0]).toContain('"/dev/sda1" is mounted on "/"');
    expect(failures[2]).toContain("wipefs");
    expect(warnings.join("\n")).not.toContain("Giving up what is on disk /dev/sda");
    expect(used.devices()).toEqual(before);
  });
});

describe("bad input", () => {
  const bad: readonly (readonly [string, Config, string])[] = [
    ["a device that is not there", { disk_setup: { "/dev/sdx": { layout: true } } }, "no device"],
    ["an alias that no cloud gave", { disk_setup: { ephemeral0: { layout: true } } }, "no device"],
    ["a partition", { disk_setup: { "/dev/sda1": { layout: true } } }, "expected a whole disk"],
    [
      "a table of its own",
      { disk_setup: { "/dev/sdb": { layout: true, table_type: "sun" } } },
      '"mbr" or "gpt"',
    ],
    [
      "five MBR partitions",
      { disk_setup: { "/dev/sdb": { layout: [10, 10, 10, 10, 10] } } },
      "at most 4",
    ],
    ["AIX's keys", { disk_setup: { "/dev/sdb": { volume_group: "datavg" } } }, "is for AIX"],
    ["a mount point", { fs_setup: [{ device: "/dev/sdb", mount_point: "/d" }] }, "is for AIX"],
    ["no type", { fs_setup: [{ device: "/dev/sdb" }] }, '"filesystem" is missing'],
    [
      "a type that is a path",
      { fs_setup: [{ device: "/dev/sdb", filesystem: "../x" }] },
      "no type of file system",
    ],
    [
      "a type without mkfs",
      { fs_setup: [{ device: "/dev/sdb", filesystem: "reiser4" }] },
      "there is no mkfs.reiser4",
    ],
    [
      "a label for a device",
      { fs_setup: [{ device: "LABEL=x", filesystem: "xfs" }] },
      "say the device",
    ],
    [
      "a partition that is not there",
      { fs_setup: [{ device: "/dev/sdb", filesystem: "xfs", partition: 3 }] },
      "no partition",
    ],
  ];
  test.each(bad)("%s", async (_name, config, message) => {
    const { run } = createMachine(NEW_DISK);
    const { failures, ran } = await run(config);
    expect(ran).toEqual([]);
    expect(failures).toEqual([expect.stringContaining(message)]);
  });

  test("a tool that fails is told with what it said", async () => {
    const { run } = createMachine({
      ...NEW_DISK,
      faults: { failingTools: { sfdisk: "sfdisk: cannot write" } },
    });
    const { failures } = await run({ disk_setup: { "/dev/sdb": { layout: true } } });
    expect(failures).toEqual([expect.stringContaining("sfdisk: cannot write")]);
  });
});

test("a plan shows the commands for partitions that are not there yet", async () => {
  const { system, run } = createMachine(NEW_DISK);
  const planned = planSystem(system);
  const { failures } = await run(
    {
      disk_setup: { "/dev/sdb": { layout: [50, 50] } },
      fs_setup: [{ device: "/dev/sdb", filesystem: "ext4", partition: 2 }],
    },
    planned.system,
  );
  expect(failures).toEqual([]);
  const commands = planned.changes.flatMap((change) =>
    change.kind === "command" ? [change.argv.join(" ")] : [],
  );
  expect(commands).toEqual([
    "/usr/sbin/sfdisk /dev/sdb",
    "/usr/bin/udevadm settle",
    "/usr/sbin/mkfs.ext4 /dev/sdb2",
  ]);
});

test("lsblk's pairs, paths through links and partitions' names are read", () => {
  expect(
    parseLsblk(
      'NAME="/dev/sdb" TYPE="disk" SIZE="1024" MOUNTPOINT=""\nNAME="/dev/sdb1" TYPE="part" SIZE="512" MOUNTPOINT="/a\\x20b"\n\n',
    ),
  ).toEqual([
    { path: "/dev/sdb", type: "disk", sizeBytes: 1024 },
    { path: "/dev/sdb1", type: "part", sizeBytes: 512, mountPoint: "/a b" },
  ]);
  const { system } = createMachine(NEW_DISK);
  system.fs.symlink("../../sdb", "/dev/disk/by-id/data");
  system.fs.symlink("/dev/loop", "/dev/loop");
  expect(findDevicePath(system.fs, "/dev/disk/by-id/data")).toBe("/dev/sdb");
  expect(findDevicePath(system.fs, "sdb")).toBe("/dev/sdb");
  expect(findDevicePath(system.fs, "/dev/loop")).toBeUndefined();
  expect(findDevicePath(system.fs, "/etc/hosts")).toBeUndefined();
  expect(partitionPath("/dev/nvme0n1", 2)).toBe("/dev/nvme0n1p2");
});
