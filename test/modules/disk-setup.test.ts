import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createAix } from "../../src/distros/aix/aix.ts";
import {
  parseDeviceAliases,
  parseDiskSetup,
  parseFileSystemSetup,
} from "../../src/modules/disk-list.ts";
import { diskSetup } from "../../src/modules/disk-setup.ts";
import { mounts } from "../../src/modules/mounts.ts";
import { planSystem } from "../../src/system/planned-system.ts";
import { createTestLogger, runModule } from "../support/module-context.ts";
import { createMachine } from "../support/sample-machine.ts";

const NO_ALIASES = new Map<string, string>();

describe("disk_setup", () => {
  test("has the settings of both systems, and an alias stands for its device", () => {
    const aliases = new Map([["data", "/dev/sdb"]]);
    const value = {
      data: { table_type: "gpt", layout: [25, ["25", 82], 50], overwrite: true },
      hdisk1: { volume_group: "datavg", pp_size: "64M", type: "big" },
    };
    expect(parseDiskSetup(value, aliases)).toEqual({
      problems: [],
      items: [
        {
          name: "data",
          device: "/dev/sdb",
          overwrite: true,
          tableType: "gpt",
          layout: [{ percent: 25 }, { percent: 25, type: "82" }, { percent: 50 }],
          path: ["disk_setup", "data"],
        },
        {
          name: "hdisk1",
          device: "hdisk1",
          overwrite: false,
          volumeGroup: "datavg",
          partitionSizeMb: 64,
          volumeGroupType: "big",
          path: ["disk_setup", "hdisk1"],
        },
      ],
    });
  });

  const bad: readonly (readonly [string, unknown, string])[] = [
    ["a text", "hdisk1", "expected a mapping of disks"],
    ["a disk's text", { hdisk1: "datavg" }, "expected a mapping, got"],
    ["overwrite as text", { hdisk1: { overwrite: "yes" } }, "expected true or false"],
    ["a layout over 100 percent", { sdb: { layout: [60, 60] } }, "at most 100 percent in all"],
    ["a layout of text", { sdb: { layout: "all" } }, '"remove" or a list'],
    ["a share of 0", { sdb: { layout: [0] } }, "expected a percentage"],
    ["a share of three", { sdb: { layout: [[1, 2, 3]] } }, "expected a percentage"],
    ["a partition size of 48M", { hdisk1: { pp_size: "48M" } }, "a power of two"],
    ["a type of its own", { hdisk1: { type: "huge" } }, '"scalable", "big" or "normal"'],
    ["a disk with a line end", { "hdisk1\nx": {} }, "without blanks and control characters"],
  ];
  test.each(bad)("%s is a problem and no disk", (_name, value, message) => {
    const { items, problems } = parseDiskSetup(value, NO_ALIASES);
    expect(items).toEqual([]);
    expect(problems.map((problem) => problem.message)).toEqual([expect.stringContaining(message)]);
  });

  test("one bad entry leaves the others", () => {
    const value = { hdisk1: { overwrite: 1 }, hdisk2: { volume_group: "datavg" } };
    const { items, problems } = parseDiskSetup(value, NO_ALIASES);
    expect(items.map(({ name }) => name)).toEqual(["hdisk2"]);
    expect(problems).toHaveLength(1);
  });
});

describe("fs_setup", () => {
  test("has the settings of both systems", () => {
    const aliases = new Map([["ephemeral0", "/dev/sdb"]]);
    const value = [
      { device: "ephemeral0.2", filesystem: "ext4", label: "a b", extra_opts: ["-E", "x"] },
      { device: "/dev/sdc", partition: "Auto", replace_fs: "ntfs", cmd: "mkfs %(device)s" },
      { device: "datalv", size: "50%FREE", mount_point: "/data", options: ["rw", "rbrw"] },
    ];
    const { items, problems } = parseFileSystemSetup(value, aliases);
    expect(problems).toEqual([]);
    expect(items).toEqual([
      expect.objectContaining({ device: "/dev/sdb", partition: 2, extraOptions: ["-E", "x"] }),
      expect.objectContaining({
        partition: "auto",
        replaceType: "ntfs",
        command: "mkfs %(device)s",
      }),
      expect.objectContaining({
        size: { kind: "percent-free", percent: 50 },
        mountPoint: "/data",
        options: "rw,rbrw",
      }),
    ]);
  });

  const bad: readonly (readonly [string, unknown, string])[] = [
    ["a mapping", { device: "sdb" }, "expected a list"],
    ["an entry without a device", [{}], "its device is missing"],
    ["a partition of its own", [{ device: "sdb", partition: "first" }], '"auto", "any", "none"'],
    ["a size in words", [{ device: "lv", size: "lots" }], 'got "lots"'],
    ["a negative size", [{ device: "lv", size: "-5G" }], 'got "-5G"'],
    ["101 percent", [{ device: "lv", size: "101%FREE" }], 'got "101%FREE"'],
    ["a label with a line end", [{ device: "sdb", label: "a\nb" }], "without line ends"],
  ];
  test.each(bad)("%s is a problem", (_name, value, message) => {
    const { items, problems } = parseFileSystemSetup(value, NO_ALIASES);
    expect(items).toEqual([]);
    expect(problems.map((problem) => problem.message)).toEqual([expect.stringContaining(message)]);
  });
});

test("no value makes a parser throw, and each problem says where", () => {
  fc.assert(
    fc.property(fc.anything({ maxDepth: 4 }), (value) => {
      const parsed = [
        parseDiskSetup(value, NO_ALIASES),
        parseDiskSetup({ hdisk1: value }, NO_ALIASES),
        parseFileSystemSetup(value, NO_ALIASES),
        parseFileSystemSetup([value], NO_ALIASES),
        parseFileSystemSetup([{ device: "lv", size: value, cmd: value }], NO_ALIASES),
        parseDeviceAliases(value),
      ];
      expect(
        parsed.flatMap(({ problems }) => problems).every(({ path }) => path !== undefined),
      ).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test("a plan shows the commands from the disk to the mount, and changes nothing", async () => {
  const aix = createMachine({
    storage: { disks: [{ name: "hdisk1", sizeMb: 8_192 }] },
    firstBoot: "captured",
  });
  const before = structuredClone(aix.machine.storage);
  const { system, changes } = planSystem(aix.system);
  const distro = createAix({ sys: system, log: createTestLogger([]), systemInfo: {} });
  const config = {
    disk_setup: { hdisk1: { volume_group: "datavg", pp_size: "64M" } },
    fs_setup: [
      { device: "/dev/datalv", size: "2G", mount_point: "/data" },
      { device: "/dev/loglv", size: "50%FREE" },
    ],
    mounts: [["/dev/loglv", "/logs"]],
  };
  for (const module of [diskSetup, mounts]) {
    const { failures } = await runModule(module, { system, distro, config });
    expect(failures).toEqual([]);
  }
  const commands = changes.flatMap((change) =>
    change.kind === "command" ? [change.argv.join(" ")] : [],
  );
  expect(commands).toEqual([
    "/usr/sbin/mkvg -S -s 64 -y datavg hdisk1",
    "/usr/sbin/mklv -y datalv -t jfs2 datavg 32",
    "/usr/sbin/crfs -v jfs2 -d datalv -m /data -A yes -p rw -t no -a logname=INLINE",
    "/usr/sbin/mount /data",
    "/usr/sbin/mklv -y loglv -t jfs2 datavg 47",
    "/usr/sbin/crfs -v jfs2 -d loglv -m /logs -A yes -p rw -t no -a logname=INLINE",
    "/usr/sbin/mount /logs",
  ]);
  expect(aix.machine.storage).toEqual(before);
  expect(aix.gaps).toEqual([]);
});
