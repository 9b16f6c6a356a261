// The law of never-destroys.test.ts on Linux: what a block device held before a boot is lost only where
// the user-data says `overwrite: true` of it, or names its type with `replace_fs`, and never in use.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isMapping } from "../../src/config/cloud-config.ts";
import { defaultConfigFiles } from "../../src/config/default-cloud-cfg.ts";
import {
  listDevices,
  listHeldData,
  listHiddenPartitions,
} from "../../src/simulator/linux/block-devices.ts";
import {
  bootSimulatedLinux,
  type SimulatedLinux,
} from "../../src/simulator/linux/simulated-linux.ts";
import type {
  SeedContent,
  SeedLinuxDisk,
  SeedLinuxStorage,
} from "../../src/simulator/linux/storage.ts";
import { readText } from "../../src/system/files.ts";
import type { System } from "../../src/system/system.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { testLossLaw } from "../support/loss-law.ts";

const GIB = 2 ** 30;
const SEED = "/var/lib/cloud/seed/config_drive/openstack/latest";
const FILE = "/srv/file";

type UserData = Readonly<Record<string, unknown>>;

interface Case {
  readonly storage: SeedLinuxStorage;
  readonly config: UserData;
}

const CONTENT_TYPES = "ext4,xfs,swap,ntfs,LVM2_member,vfat,table aix,table gpt,table dos".split(
  ",",
);
const contentType = fc.constantFrom(...CONTENT_TYPES);
/** A boot loader: nothing recognises it but by the partition's type. */
const partitionContent = fc.constantFrom(...CONTENT_TYPES, "boot");
const BOOT_TYPES = { mbr: "41", gpt: "21686148-6449-6E6F-744E-656564454649" };

/** "table gpt": the disk of a virtual machine in a partition, or a disk of another system. */
function contentOf(type: string, label: string, data: string): SeedContent {
  const [, tableType] = /^table (\w+)$/u.exec(type) ?? [];
  if (tableType !== undefined) {
    return { type: "raw", tableType, data };
  }
  return type === "boot" ? { type: "raw", data } : { type, label, data };
}

const partitions = fc.array(fc.option(partitionContent, { nil: undefined }), { maxLength: 3 });

/** A disk that is empty, has a file system over all of it, or has partitions with and without one, which the kernel may not show. */
const disk = fc.record({
  form: fc.constantFrom("empty", "whole", "mbr", "gpt"),
  whole: contentType,
  partitions,
  isTableHidden: fc.constantFrom(false, false, true),
  use: fc.constantFrom("none", "none", "mounted", "held"),
});

const storage: fc.Arbitrary<SeedLinuxStorage> = fc
  .array(disk, { minLength: 1, maxLength: 3 })
  .map((list) => {
    const disks = list.map((each, index): SeedLinuxDisk => {
      const name = ["sdb", "sdc", "nvme0n1"][index] ?? "sdd";
      const base = { name, sizeBytes: 8 * GIB };
      if (each.form === "empty") {
        return base;
      }
      if (each.form === "whole") {
        return { ...base, content: contentOf(each.whole, name, `${name} whole`) };
      }
      return {
        ...base,
        table: each.form === "gpt" ? "gpt" : "mbr",
        isTableHidden: each.isTableHidden,
        partitions: each.partitions.map((type, at) => ({
          sizeBytes: GIB,
          ...(type === "boot" ? { type: BOOT_TYPES[each.form === "gpt" ? "gpt" : "mbr"] } : {}),
          ...(type === undefined
            ? {}
            : { content: contentOf(type, `l${at}`, `${name} part ${at}`) }),
        })),
      };
    });
    const places = disks.flatMap(({ name, content, partitions: all, isTableHidden }, index) => {
      const parts = isTableHidden === true ? [] : all;
      const use = list[index]?.use ?? "none";
      const separator = /\d$/u.test(name) ? "p" : "";
      const mountable = (type: string | undefined): boolean =>
        /^(?:ext4|xfs|vfat)$/u.test(type ?? "");
      const devices = [
        ...(mountable(content?.type) ? [`/dev/${name}`] : []),
        ...(parts ?? []).flatMap((part, at) =>
          mountable(part.content?.type) ? [`/dev/${name}${separator}${at + 1}`] : [],
        ),
      ];
      return devices.slice(0, 1).map((device) => ({ device, use, target: `/used${index}` }));
    });
    return {
      disks,
      mounts: places
        .filter(({ use }) => use === "mounted")
        .map(({ device, target }) => ({ device, target })),
      faults: {
        heldOpen: places.filter(({ use }) => use === "held").map(({ device }) => device),
      },
    };
  });

const DEVICES =
  "/dev/sda /dev/sdb /dev/sdc /dev/nvme0n1 sdb data ephemeral0 /dev/sda1 /dev/sdb1 /dev/nvme0n1p1 LABEL=l0 /dev/null";
const device = fc.constantFrom(...DEVICES.split(" "));
const overwrite = fc.constantFrom(true, false, undefined);

const userData: fc.Arbitrary<UserData> = fc.record({
  device_aliases: fc.constantFrom(undefined, { data: "/dev/sdc" }),
  disk_setup: fc.option(
    fc.dictionary(
      device,
      fc.record({
        table_type: fc.constantFrom(undefined, "mbr", "gpt"),
        layout: fc.constantFrom(true, false, "remove", [50, [50, 82]], [25, 25, 25, 25]),
        overwrite,
      }),
      { maxKeys: 3 },
    ),
    { nil: undefined },
  ),
  fs_setup: fc.option(
    fc.array(
      fc.record({
        device,
        filesystem: fc.constantFrom("ext4", "xfs", "swap"),
        partition: fc.constantFrom(undefined, "none", "auto", "any", 1, 2),
        label: fc.constantFrom(undefined, "l0", "new"),
        overwrite,
        replace_fs: fc.constantFrom(undefined, undefined, "ntfs", "ext4"),
      }),
      { maxLength: 4 },
    ),
    { nil: undefined },
  ),
  mounts: fc.option(
    fc.array(fc.tuple(device, fc.constantFrom("/data", "/used0", FILE, "/", "rel")), {
      maxLength: 3,
    }),
    { nil: undefined },
  ),
  swap: fc.option(
    fc.record({
      filename: fc.constantFrom(FILE, "/swap.img", "/dev/sdb", "/etc/passwd"),
      size: fc.constantFrom("64M", "lots", "auto", 1_048_576),
    }),
    { nil: undefined },
  ),
});

const anyCase: fc.Arbitrary<Case> = fc.record({ storage, config: userData });

function createMachine({ storage: seed, config }: Case): SimulatedLinux {
  const files = defaultConfigFiles("linux").map(({ name, content }) => [
    `/etc/cloud/${name}`,
    content,
  ]);
  return bootSimulatedLinux({
    storage: seed,
    files: {
      ...Object.fromEntries(files),
      [FILE]: "held",
      [`${SEED}/meta_data.json`]: JSON.stringify({ uuid: "i-1", hostname: "vm1.example.com" }),
      [`${SEED}/user_data`]: `#cloud-config\n${JSON.stringify(config)}\n`,
    },
  });
}

interface Held {
  readonly data: readonly string[];
  readonly givenUp: ReadonlySet<string>;
}

/** What is held, and which of it the user-data gives up and nobody uses. */
function hold(linux: SimulatedLinux, config: UserData): Held {
  const used = new Set([
    ...linux.storage.mounts.map(({ source }) => source),
    ...linux.storage.swaps.map(({ path }) => path),
    ...linux.storage.faults.heldOpen,
  ]);
  const aliases = isMapping(config["device_aliases"]) ? config["device_aliases"] : {};
  const resolve = (name: string): string => {
    const device = String(aliases[name] ?? name);
    return device.startsWith("/") ? device : `/dev/${device}`;
  };
  const disks = isMapping(config["disk_setup"]) ? Object.entries(config["disk_setup"]) : [];
  const entries: readonly unknown[] = Array.isArray(config["fs_setup"]) ? config["fs_setup"] : [];
  const devices = listDevices(linux.storage);
  const hidden = listHiddenPartitions(linux.storage);
  const givenUp = [...devices, ...hidden].flatMap(
    ({ path, name, disk: whole, number, content }) => {
      const onDisk = devices.filter((each) => each.disk === whole);
      const byDisk =
        onDisk.every((each) => !used.has(each.path)) &&
        disks.some(
          ([key, settings]) =>
            isMapping(settings) &&
            settings["overwrite"] === true &&
            resolve(key) === `/dev/${whole.name}`,
        );
      const byEntry =
        !used.has(path) &&
        entries.some((entry) => {
          if (!isMapping(entry)) {
            return false;
          }
          const place = resolve(String(entry["device"]));
          const { partition } = entry;
          if (partition === "auto" || partition === "any") {
            const isAllowed = entry["overwrite"] === true || entry["replace_fs"] === content?.type;
            return isAllowed && (place === path || place === `/dev/${whole.name}`);
          }
          return (
            entry["overwrite"] === true &&
            (typeof partition === "number"
              ? place === `/dev/${whole.name}` && partition === number
              : place === path ||
                (place === `/dev/${whole.name}` && hidden.some((each) => each.path === path)))
          );
        });
      return byDisk || byEntry ? [`${name}: ${content?.data ?? ""}`] : [];
    },
  );
  return { data: listHeldData(linux.storage), givenUp: new Set(givenUp) };
}

function findLosses(linux: SimulatedLinux, { data, givenUp }: Held): readonly string[] {
  const now = new Set(listHeldData(linux.storage));
  const lost = data.filter((each) => !now.has(each) && !givenUp.has(each));
  return readText(linux.system.fs, FILE) === "held" ? lost : [...lost, FILE];
}

async function lossesOf(each: Case, change = (system: System): System => system) {
  const linux = createMachine(each);
  const held = hold(linux, each.config);
  await runBoot({ system: change(linux.system) });
  // df only asks: what is not simulated and could destroy something is no proof of anything.
  expect(linux.gaps.filter((line) => !line.startsWith("/usr/bin/df "))).toEqual([]);
  return findLosses(linux, held);
}

testLossLaw({
  systemName: "Linux",
  anyCase,
  lossesOf,
  careless: {
    what: "an agent to which every device looks empty and unused",
    change: (system: System): System => ({
      ...system,
      exec: {
        ...system.exec,
        query: async (argv, options) =>
          argv[0] === "/usr/sbin/blkid" || argv[0] === "/usr/sbin/wipefs"
            ? { exitCode: 0, stdout: "", stderr: "", timedOut: false, durationMs: 0 }
            : system.exec.query(argv, options),
      },
    }),
  },
});

describe("the law sees what is lost", () => {
  const seed: SeedLinuxStorage = {
    disks: [
      {
        name: "sdb",
        sizeBytes: 8 * GIB,
        table: "mbr",
        partitions: [{ sizeBytes: GIB, content: { type: "ext4", data: "one" } }],
      },
      { name: "sdc", sizeBytes: GIB, content: { type: "xfs", data: "two" } },
    ],
  };
  const changes: readonly (readonly [string, readonly string[], string, string])[] = [
    ["wipefs", ["/usr/sbin/wipefs", "--all", "/dev/sdb1"], "", "sdb1: one"],
    ["mkfs", ["/usr/sbin/mkfs.ext4", "-F", "/dev/sdc"], "", "sdc: two"],
    ["sfdisk", ["/usr/sbin/sfdisk", "/dev/sdc"], "label: dos\ntype=83\n", "sdc: two"],
  ];
  test.each(changes)("%s is found", async (_name, argv, stdin, loss) => {
    const linux = createMachine({ storage: seed, config: {} });
    const held = hold(linux, {});
    expect(findLosses(linux, held)).toEqual([]);
    await linux.system.exec.run(argv, { stdin });
    expect(findLosses(linux, held)).toEqual([loss]);
  });

  test("a file that is written over is found", () => {
    const linux = createMachine({ storage: seed, config: {} });
    const held = hold(linux, {});
    linux.system.fs.write(FILE, "new");
    expect(findLosses(linux, held)).toEqual([FILE]);
  });
});
