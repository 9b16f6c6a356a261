import type { ScriptedSystemOptions } from "../../src/simulator/scripted-system.ts";

/** A disk of a machine in a test. */
export interface FakeDisk {
  readonly disk: string;
  readonly pvid?: string;
  /** What is on the disk; importvg brings it in. */
  readonly content?: string;
  volumeGroup?: string;
  /** Not there before cfgmgr. */
  isLate?: boolean;
}

export interface FakeVolumes {
  readonly disks: FakeDisk[];
  /** Names that are varied on. */
  readonly active: Set<string>;
  readonly mounted: Set<string>;
  /** How importvg ends for a volume group; absent: it works. */
  importFault?: "fails" | "stays off";
  readonly commands: NonNullable<ScriptedSystemOptions["commands"]>;
}

/** lspv, lsvg, importvg, varyonvg, cfgmgr and mount over a few disks, for scripted systems. */
export function createFakeVolumes(
  disks: FakeDisk[],
  mountPoints: readonly string[] = [],
): FakeVolumes {
  const names = (): string[] => [
    ...new Set(
      disks.flatMap(({ volumeGroup }) => (volumeGroup === undefined ? [] : [volumeGroup])),
    ),
  ];
  const active = new Set(names());
  const mounted = new Set<string>();
  const fake: FakeVolumes = {
    disks,
    active,
    mounted,
    commands: {
      "/usr/sbin/lspv": () =>
        disks
          .filter(({ isLate }) => isLate !== true)
          .map(({ disk, pvid, volumeGroup }) => {
            const state = volumeGroup !== undefined && active.has(volumeGroup) ? "active" : "";
            return `${disk.padEnd(16)}${(pvid ?? "none").padEnd(32)}${(volumeGroup ?? "None").padEnd(16)}${state}\n`;
          })
          .join(""),
      "/usr/sbin/lsvg": () =>
        names()
          .map((name) => `${name}\n`)
          .join(""),
      "/usr/sbin/lsvg -o": () => [...active].map((name) => `${name}\n`).join(""),
      "/usr/sbin/importvg": ([, , name = "", disk = ""]) => {
        if (fake.importFault === "fails") {
          return { exitCode: 1, stderr: "0516-776 importvg: Cannot import hdisk1 as datavg.\n" };
        }
        const content = disks.find((each) => each.disk === disk)?.content;
        for (const each of disks) {
          if (each.content !== undefined && each.content === content && each.isLate !== true) {
            each.volumeGroup = name;
          }
        }
        if (fake.importFault !== "stays off") {
          active.add(name);
        }
        return `${name}\n`;
      },
      "/usr/sbin/varyonvg": ([, name = ""]) => {
        if (fake.importFault === "stays off") {
          return { exitCode: 1, stderr: "0516-052 varyonvg: Volume group cannot be varied on.\n" };
        }
        active.add(name);
        return "";
      },
      "/usr/sbin/cfgmgr": () => {
        for (const disk of disks) {
          disk.isLate = false;
        }
        return "";
      },
      "/usr/sbin/mount": (argv) => {
        if (argv[1] === "all") {
          for (const point of mountPoints) {
            mounted.add(point);
          }
          return { exitCode: 1, stderr: "mount: 0506-324 Cannot mount /dev/hd4 on /: busy\n" };
        }
        return [...mounted]
          .map((point) => `         /dev/lv00        ${point} jfs2   Jan 02 03:04 rw\n`)
          .join("");
      },
    },
  };
  return fake;
}
