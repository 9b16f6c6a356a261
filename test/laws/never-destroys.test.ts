// No disk, volume group, logical volume, file system or file that held data before a boot is lost to
// user-data that does not say `overwrite: true`; and where it does, nothing of rootvg, of a volume
// group that the system knows, or that is in use.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import type { SeedDisk, SeedVolumeGroup } from "../../src/simulator/aix/volumes.ts";
import type { System } from "../../src/system/system.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { testLossLaw } from "../support/loss-law.ts";
import { buildDrive, createMachine } from "../support/sample-machine.ts";
import {
  findLosses,
  type HeldStorage,
  holdStorage,
  permissionOf,
} from "../support/storage-losses.ts";

const PVIDS = ["00f9c1af00000001", "00f9c1af00000002", "00f9c1af00000003", "00f9c1af00000004"];
const NOTHING_GIVEN_UP = { disks: new Set<string>(), volumes: new Set<string>() };

/** A disk, and what is on it: nothing, a PVID, other people's data, a volume group in one of its states. */
const disk = fc.record({
  sizeMb: fc.constantFrom(1_024, 4_096, 8_192),
  content: fc.constantFrom("none", "pvid", "foreign", "pvid+foreign", "active", "off", "unknown"),
  hasFileSystem: fc.boolean(),
});

interface MachineSeed {
  readonly disks: readonly SeedDisk[];
  readonly volumeGroups: readonly SeedVolumeGroup[];
}

const machineSeed: fc.Arbitrary<MachineSeed> = fc
  .array(disk, { minLength: 1, maxLength: 4 })
  .map((list) => ({
    disks: list.map(({ sizeMb, content }, index) => ({
      name: `hdisk${index + 1}`,
      sizeMb,
      ...(content === "none" || content === "foreign" ? {} : { pvid: PVIDS[index] ?? "" }),
      ...(content.includes("foreign") ? { foreignData: `foreign ${index}` } : {}),
    })),
    volumeGroups: list.flatMap(({ content, hasFileSystem }, index): SeedVolumeGroup[] => {
      const state =
        content === "off"
          ? "varied-off"
          : content === "active" || content === "unknown"
            ? content
            : undefined;
      return state === undefined
        ? []
        : [
            {
              name: index === 0 ? "datavg" : `vg${index}`,
              disks: [`hdisk${index + 1}`],
              state,
              autoOn: state === "active",
              volumes: [
                { name: `raw${index}`, lps: 2 },
                hasFileSystem
                  ? { name: `full${index}`, lps: 4, mountPoint: `/full${index}` }
                  : { name: `full${index}`, lps: 4, type: "raw" },
              ],
            },
          ];
    }),
  }));

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });
const anySize = fc.constantFrom("1G", "64M", "100%FREE", "10%FREE", "10T", "lots", "-5G", 5, null);
const groupName = fc.constantFrom("datavg", "newvg", "vg1", "vg2", "rootvg", "a b");
const VOLUME_NAMES =
  "newlv /dev/newlv raw0 /dev/raw0 raw1 full0 /dev/full1 full2 hd4 hd6 hd5 hdisk1 /dev/sdb ephemeral0 LABEL=x null";
const volumeName = fc.constantFrom(...VOLUME_NAMES.split(" "));
const directory = fc.constantFrom(
  "/new",
  "/full0",
  "/full1",
  "/",
  "/tmp",
  "/srv/file",
  "rel",
  "/a\nb",
);
const DISK_NAMES =
  "hdisk0 hdisk1 /dev/hdisk1 hdisk2 hdisk3 hdisk4 hdisk9 /dev/sdb ephemeral0 00F9C1AF00000001 00f9c1af00000002";
const diskName = fc.constantFrom(...DISK_NAMES.split(" "));

const userData = fc.record({
  disk_setup: maybe(
    fc.dictionary(
      diskName,
      fc.record({
        volume_group: maybe(groupName),
        overwrite: fc.constantFrom(true, false, undefined),
        pp_size: fc.constantFrom(undefined, "32M", "64M", "48M"),
        type: fc.constantFrom(undefined, "scalable", "big", "normal"),
        layout: fc.constantFrom(undefined, true, "remove", [50, 50]),
      }),
      { maxKeys: 5 },
    ),
  ),
  fs_setup: maybe(
    fc.array(
      fc.record({
        device: volumeName,
        volume_group: maybe(groupName),
        size: anySize,
        mount_point: maybe(directory),
        filesystem: fc.constantFrom(undefined, "jfs2", "ext4"),
        overwrite: fc.constantFrom(true, false, undefined),
        replace_fs: fc.constantFrom(undefined, "jfs2"),
        cmd: fc.constantFrom(undefined, "mkfs %(device)s"),
      }),
      { maxLength: 5 },
    ),
  ),
  mounts: maybe(fc.array(fc.tuple(volumeName, directory), { maxLength: 4 })),
  swap: maybe(fc.record({ size: anySize, volume_group: maybe(groupName) })),
  growpart: fc.constantFrom(undefined, { mode: "auto" }, { mode: "off" }),
  growfs: fc.constantFrom(undefined, { "/": "100%FREE", "/full0": "+1G" }),
});

type UserData = Readonly<Record<string, unknown>>;

interface Case {
  readonly seed: MachineSeed;
  readonly config: UserData;
  readonly isCaptured: boolean;
}

const anyCase: fc.Arbitrary<Case> = fc.record({
  seed: machineSeed,
  config: userData,
  isCaptured: fc.boolean(),
});

/** A machine of the seed, and what it holds. JSON is YAML. */
function createHeld({ seed, config, isCaptured }: Case): {
  readonly aix: SimulatedAix;
  readonly held: HeldStorage;
} {
  const aix = createMachine({
    drive: buildDrive({ userData: `#cloud-config\n${JSON.stringify(config)}\n` }),
    storage: seed,
    firstBoot: isCaptured ? "captured" : "clouddev",
    files: { "/srv/file": "" },
  });
  const mounted = aix.machine.mounts
    .filter(({ directory: at }) => at.startsWith("/full"))
    .map(({ directory: at }) => `${at}/held`);
  return { aix, held: holdStorage(aix, ["/srv/file", "/new/held", "/home/held", ...mounted]) };
}

async function lossesOf(each: Case, change = (system: System): System => system) {
  const { aix, held } = createHeld(each);
  await runBoot({ system: change(aix.system) });
  expect(aix.gaps).toEqual([]);
  return findLosses(held, aix, permissionOf(each.config, held));
}

testLossLaw({
  systemName: "AIX",
  anyCase,
  lossesOf,
  careless: {
    what: "an agent that forces mkvg and sees every disk as empty",
    change: (system: System): System => ({
      ...system,
      fs: {
        ...system.fs,
        open: (path) =>
          path.startsWith("/dev/rhdisk")
            ? { sizeBytes: undefined, read: (_at, length) => new Uint8Array(length), close() {} }
            : system.fs.open(path),
      },
      exec: {
        ...system.exec,
        run: ([program = "", ...args], options) =>
          system.exec.run(
            /\/(?:mkvg|extendvg)$/u.test(program)
              ? [program, "-f", ...args.filter((word) => word !== "-f")]
              : [program, ...args],
            options,
          ),
      },
    }),
  },
});

describe("the law sees what is lost", () => {
  const seed: MachineSeed = {
    disks: [
      { name: "hdisk1", pvid: PVIDS[0] ?? "" },
      { name: "hdisk2", foreignData: "ORCLDISK" },
      { name: "hdisk3", pvid: PVIDS[2] ?? "" },
      { name: "hdisk4", pvid: PVIDS[3] ?? "" },
    ],
    volumeGroups: [
      {
        name: "datavg",
        disks: ["hdisk1"],
        volumes: [
          { name: "full0", lps: 4, mountPoint: "/full0", mount: "false" },
          { name: "raw0", lps: 2 },
        ],
      },
      { name: "oldvg", disks: ["hdisk3"], state: "unknown", volumes: [{ name: "old", lps: 2 }] },
    ],
  };
  const changes: readonly (readonly [string, readonly string[], string])[] = [
    ["rmlv", ["/usr/sbin/rmlv", "-f", "full0"], "logical volume datavg/full0 is gone"],
    ["rmfs", ["/usr/sbin/rmfs", "/full0"], "datavg/full0"],
    ["mkvg over foreign data", ["/usr/sbin/mkvg", "-y", "newvg", "hdisk2"], 'lost "ORCLDISK"'],
    [
      "mkvg over a PVID",
      ["/usr/sbin/mkvg", "-y", "newvg", "hdisk4"],
      "hdisk4 had a PVID and is in newvg now",
    ],
    [
      "mkvg over an unknown one",
      ["/usr/sbin/mkvg", "-f", "-y", "newvg", "hdisk3"],
      "oldvg is gone",
    ],
    [
      "crfs in a raw volume",
      ["/usr/sbin/crfs", "-v", "jfs2", "-d", "raw0", "-m", "/raw"],
      "datavg/raw0 was formatted",
    ],
    ["chfs that shrinks", ["/usr/sbin/chfs", "-a", "size=-64M", "/full0"], "smaller"],
  ];
  test.each(changes)("%s is found", async (_name, argv, loss) => {
    const { aix, held } = createHeld({ seed, config: {}, isCaptured: true });
    expect(findLosses(held, aix, NOTHING_GIVEN_UP)).toEqual([]);
    await aix.system.exec.run(argv);
    expect(findLosses(held, aix, NOTHING_GIVEN_UP).join("\n")).toContain(loss);
  });

  test("a file that is written over, and a PVID that is cleared, are found", () => {
    const { aix, held } = createHeld({ seed, config: {}, isCaptured: true });
    aix.system.fs.write("/srv/file", "new");
    const [, data] = aix.machine.storage.disks;
    if (data !== undefined) {
      data.pvid = "";
    }
    expect(findLosses(held, aix, NOTHING_GIVEN_UP)).toEqual([
      "hdisk1 has lost its PVID",
      "file /srv/file is gone",
    ]);
  });
});
