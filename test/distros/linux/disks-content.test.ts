// What counts as content of a block device, and when it is given up.
import { describe, expect, test } from "bun:test";
import { createLinux } from "../../../src/distros/linux/linux.ts";
import { diskSetup } from "../../../src/modules/disk-setup.ts";
import { listHeldData } from "../../../src/simulator/linux/block-devices.ts";
import { bootSimulatedLinux } from "../../../src/simulator/linux/simulated-linux.ts";
import type { SeedLinuxStorage } from "../../../src/simulator/linux/storage.ts";
import type { System } from "../../../src/system/system.ts";
import { createTestLogger, runModule } from "../../support/module-context.ts";

const GIB = 2 ** 30;
const NEW_DISK: SeedLinuxStorage = { disks: [{ name: "sdb", sizeBytes: 10 * GIB }] };

type Config = Readonly<Record<string, unknown>>;

function createMachine(storage: SeedLinuxStorage) {
  const linux = bootSimulatedLinux({ storage });
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
  const run = async (config: Config) => {
    const mark = ran.length;
    const distro = createLinux(
      { sys: system, log: createTestLogger([]), systemInfo: {} },
      "debian",
    );
    const { failures, log } = await runModule(diskSetup, { system, distro, config });
    expect(linux.gaps).toEqual([]);
    const warnings = log.filter((line) => line.startsWith("WARNING"));
    return { failures, warnings, ran: ran.slice(mark) };
  };
  return { linux, run };
}

describe("partition tables that Linux does not show", () => {
  const GPT_INSIDE = { type: "raw", tableType: "gpt", data: "a machine's disk" };
  const cases: readonly (readonly [string, SeedLinuxStorage, string])[] = [
    [
      "one of AIX",
      { disks: [{ name: "sdb", sizeBytes: 8 * GIB, content: { type: "raw", tableType: "aix" } }] },
      "partition table of type aix",
    ],
    [
      "a GPT that cannot be read",
      { disks: [{ name: "sdb", sizeBytes: 8 * GIB, content: GPT_INSIDE }] },
      "partition table of type gpt",
    ],
    ...(["mbr", "gpt"] as const).map(
      (table) =>
        [
          `an ${table} table that the kernel has not read`,
          {
            disks: [
              {
                name: "sdb",
                sizeBytes: 8 * GIB,
                table,
                partitions: [{ sizeBytes: GIB, content: { type: "ext4", data: "held" } }],
                isTableHidden: true,
              },
            ],
          },
          `partition table of type ${table === "mbr" ? "dos" : "gpt"}`,
        ] as const,
    ),
  ];
  test.each(cases)("%s is content, and stays without overwrite", async (_name, seed, held) => {
    const { run } = createMachine(seed);
    const wishes: readonly Config[] = [
      { disk_setup: { "/dev/sdb": { table_type: "mbr", layout: true } } },
      { disk_setup: { "/dev/sdb": { table_type: "gpt", layout: [50, 50] } } },
      { fs_setup: [{ device: "/dev/sdb", filesystem: "ext4" }] },
      { fs_setup: [{ device: "/dev/sdb", filesystem: "ext4", partition: "auto" }] },
    ];
    for (const config of wishes) {
      const { ran, warnings } = await run(config);
      expect(ran).toEqual([]);
      expect(warnings).toEqual([expect.stringContaining("left alone")]);
    }
    expect((await run(wishes[0] ?? {})).warnings[0]).toContain(`it holds "${held}"`);
    const overwritten = { "/dev/sdb": { layout: true, overwrite: true } };
    expect((await run({ disk_setup: overwritten })).ran.slice(0, 2)).toEqual([
      "/usr/sbin/wipefs --all /dev/sdb",
      "/usr/sbin/sfdisk /dev/sdb",
    ]);
  });

  test("one in a partition is the disk of a virtual machine, and stays", async () => {
    const { run } = createMachine({
      disks: [
        {
          name: "sdb",
          sizeBytes: 8 * GIB,
          table: "gpt",
          partitions: [{ sizeBytes: 4 * GIB, content: GPT_INSIDE }],
        },
      ],
    });
    for (const partition of [undefined, 1, "auto"]) {
      const device = partition === undefined ? "/dev/sdb1" : "/dev/sdb";
      const { ran } = await run({
        fs_setup: [
          { device, filesystem: "ext4", ...(partition === undefined ? {} : { partition }) },
        ],
      });
      expect(ran).toEqual([]);
    }
  });

  test("an empty table is nothing: the disk is used", async () => {
    const empty: SeedLinuxStorage = { disks: [{ name: "sdb", sizeBytes: GIB, table: "gpt" }] };
    const { run } = createMachine(empty);
    const { ran } = await run({ disk_setup: { "/dev/sdb": { layout: true } } });
    expect(ran[0]).toBe("/usr/sbin/sfdisk /dev/sdb");
  });
});

describe("nothing is given up for what cannot be made", () => {
  const held = (faults: SeedLinuxStorage["faults"] = {}): SeedLinuxStorage => ({
    disks: [{ name: "sdb", sizeBytes: 8 * GIB, content: { type: "ext4", data: "precious" } }],
    faults,
  });
  const entry = (more: Config): Config => ({
    fs_setup: [{ device: "/dev/sdb", filesystem: "xfs", overwrite: true, ...more }],
  });
  const DISK = { disk_setup: { "/dev/sdb": { layout: true, overwrite: true } } };
  const cases: readonly (readonly [string, SeedLinuxStorage, Config, string])[] = [
    ["mkfs is missing", held({ missingTools: ["mkfs.xfs"] }), entry({}), "there is no mkfs.xfs"],
    ["cmd is an empty list", held(), entry({ cmd: [] }), "cmd"],
    ["cmd is blank", held(), entry({ cmd: "  " }), "cmd"],
    ["cmd is nowhere", held(), entry({ cmd: ["/opt/none", "x"] }), 'no program "/opt/none"'],
    ["the label is too long", held(), entry({ label: "a".repeat(13) }), "too long for xfs"],
    ["sfdisk is missing", held({ missingTools: ["sfdisk"] }), DISK, "there is no /usr/sbin/sfdisk"],
  ];
  test.each(cases)("%s", async (_name, storage, config, message) => {
    const { run, linux } = createMachine(storage);
    const { failures, ran } = await run(config);
    expect(failures).toEqual([expect.stringContaining(message)]);
    expect(ran).toEqual([]);
    expect(listHeldData(linux.storage)).toContain("sdb: precious");
  });

  const broken: readonly (readonly [string, Config])[] = [
    ["mkfs.xfs", entry({})],
    ["sfdisk", DISK],
  ];
  test.each(broken)(
    "%s that fails after all: the message says what is gone",
    async (tool, config) => {
      const { run } = createMachine(held({ failingTools: { [tool]: `${tool}: bad option` } }));
      const { failures } = await run(config);
      expect(failures).toEqual([
        expect.stringContaining(`${tool}: bad option. What was on /dev/sdb is gone`),
      ]);
    },
  );

  test("where nothing was wiped, nothing is said to be gone", async () => {
    const { run } = createMachine({ ...NEW_DISK, faults: { failingTools: { sfdisk: "no" } } });
    const { failures } = await run({ disk_setup: { "/dev/sdb": { layout: true } } });
    expect(failures).toHaveLength(1);
    expect(failures[0]).not.toContain("is gone");
  });
});

describe("partitions that firmware boots from", () => {
  const types = [
    ["gpt", "21686148-6449-6E6F-744E-656564454649"],
    ["gpt", "9E1A2D38-C612-4316-AA26-8B49521E5A8B"],
    ["gpt", "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"],
    ...["41", "5", "f", "85", "ef"].map((type) => ["mbr", type] as const),
  ] as const;
  test.each(types)(
    "of an %s table, type %s, are never searched, and one without a file system stays when it is named",
    async (table, type) => {
      const partitions = [{ sizeBytes: 8 * 2 ** 20, type }, { sizeBytes: GIB }];
      const { run } = createMachine({
        disks: [{ name: "sdb", sizeBytes: 8 * GIB, table, partitions }],
      });
      const wish = (label: string, overwrite = false): Config => ({
        fs_setup: [{ device: "/dev/sdb", partition: "auto", filesystem: "ext4", label, overwrite }],
      });
      expect((await run(wish("one"))).ran).toEqual(["/usr/sbin/mkfs.ext4 -L one /dev/sdb2"]);
      expect((await run({ fs_setup: [{ device: "/dev/sdb1", filesystem: "ext4" }] })).ran).toEqual(
        /^(?:c12a|ef)/iu.test(type) ? ["/usr/sbin/mkfs.ext4 /dev/sdb1"] : [],
      );
      const { ran, warnings } = await run(wish("two"));
      expect([ran, warnings.length]).toEqual([[], 1]);
    },
  );
});

test("one disk under two names is set up once, and the second is refused", async () => {
  const { run, linux } = createMachine(NEW_DISK);
  const { failures, ran } = await run({
    device_aliases: { data: "/dev/sdb" },
    disk_setup: {
      data: { table_type: "gpt", layout: [50, 50], overwrite: true },
      "/dev/sdb": { table_type: "gpt", layout: true, overwrite: true },
    },
  });
  expect(failures).toEqual([
    expect.stringContaining('it is the disk "/dev/sdb", which "data" names already'),
  ]);
  expect(ran.filter((line) => line.includes("sfdisk"))).toHaveLength(1);
  expect(linux.storage.disks.find(({ name }) => name === "sdb")?.kernel).toHaveLength(2);
});
