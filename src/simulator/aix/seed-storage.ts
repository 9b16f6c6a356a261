import { allocate, createLogicalVolume } from "./lvm.ts";
import type { AixMachine, Device } from "./machine.ts";
import { createDiskDevice } from "./seed-devices.ts";
import { appendStanza } from "./file-system-stanzas.ts";
import type {
  AixStorage,
  DiskPath,
  SeedDisk,
  SeedStorage,
  SeedVolumeGroup,
  VolumeGroup,
} from "./volumes.ts";

const DISK_MB = 10_240;
const ROOT_DISK: SeedDisk = { name: "hdisk0", sizeMb: 20_480, pvid: "00f9c1af1b2c3d4e" };
const VG_ID_TAIL = "00004c000000018f";

/** rootvg of a small machine: name, type, LPs of 32 MB, mount point. */
const ROOT_VOLUMES = [
  ["hd5", "boot", 1, ""],
  ["hd6", "paging", 16, ""],
  ["hd8", "jfs2log", 1, ""],
  ["hd4", "jfs2", 64, "/"],
  ["hd2", "jfs2", 128, "/usr"],
  ["hd9var", "jfs2", 64, "/var"],
  ["hd3", "jfs2", 64, "/tmp"],
  ["hd1", "jfs2", 32, "/home"],
  ["hd10opt", "jfs2", 64, "/opt"],
] as const;

/** The storage of a machine before its first boot. */
export function createStorage(seed: SeedStorage = {}): AixStorage {
  const disks = allDisks(seed);
  const storage: AixStorage = {
    disks: disks.map(
      ({ name, sizeMb = DISK_MB, grownFromMb = sizeMb, pvid = "", foreignData }) => ({
        name,
        pvid,
        sizeMb,
        seenMb: grownFromMb,
        ...(foreignData === undefined ? {} : { foreignData }),
      }),
    ),
    volumeGroups: [],
    pagingSpaces: [{ volume: "hd6", isActive: true, isAuto: true }],
    paths: disks.flatMap(createPaths),
    bootList: {
      normal: structuredClone([
        ...(seed.normalBootList ?? [{ device: "hdisk0", blv: "hd5", pathId: 0 }]),
      ]),
      service: [],
    },
    bootDisk: "hdisk0",
    ...(seed.peerDomain === undefined ? {} : { peerDomain: seed.peerDomain }),
  };
  const root: SeedVolumeGroup = {
    name: "rootvg",
    disks: ["hdisk0"],
    volumes: ROOT_VOLUMES.map(([name, type, lps, mountPoint]) =>
      mountPoint === "" ? { name, type, lps } : { name, type, lps, mountPoint },
    ),
  };
  for (const [index, group] of [root, ...(seed.volumeGroups ?? [])].entries()) {
    addVolumeGroup(storage, group, index);
  }
  return storage;
}

/** Devices of the seed's disks beside hdisk0: those there at boot, or those that only cfgmgr finds. */
export function createDiskDevices(seed: SeedStorage | undefined, isLate: boolean): Device[] {
  return allDisks(seed ?? {})
    .filter((disk) => disk.name !== "hdisk0" && (disk.isLate === true) === isLate)
    .map(({ name }) => createDiskDevice(name));
}

/** /etc/filesystems with the stanzas of the seed's file systems, which a cleared database leaves alone. */
export function addSeedStanzas(text: string, seed: SeedStorage | undefined): string {
  let result = text;
  for (const group of seed?.volumeGroups ?? []) {
    for (const { name, mountPoint, mount = "true" } of group.volumes ?? []) {
      if (mountPoint !== undefined && mount !== "absent") {
        result = appendStanza(result, mountPoint, {
          dev: `/dev/${name}`,
          vfs: "jfs2",
          log: "INLINE",
          mount,
          options: "rw",
          account: "false",
        });
      }
    }
  }
  return result;
}

/** Forgets the volume groups whose definitions a cleared database no longer has: all but rootvg. */
export function forgetVolumeGroups(machine: AixMachine): void {
  for (const group of machine.storage.volumeGroups) {
    if (group.name !== "rootvg") {
      group.state = "unknown";
    }
  }
}

function allDisks(seed: SeedStorage): readonly SeedDisk[] {
  const disks = seed.disks ?? [];
  const own = disks.find(({ name }) => name === "hdisk0");
  return [{ ...ROOT_DISK, ...own }, ...disks.filter(({ name }) => name !== "hdisk0")];
}

function createPaths(disk: SeedDisk): DiskPath[] {
  const count = disk.paths ?? 1;
  return Array.from({ length: count }, (_each, pathId): DiskPath => ({
    disk: disk.name,
    parent: count === 1 ? "vscsi0" : `fscsi${pathId % 2}`,
    connection:
      count === 1
        ? `8${disk.name.slice(5)}00000000000`.padEnd(12, "0")
        : `500507680b21566${pathId},0`,
    pathId,
    status: "Enabled",
  }));
}

function addVolumeGroup(storage: AixStorage, seed: SeedVolumeGroup, index: number): void {
  const members = seed.disks.map((name) => {
    const pvid = storage.disks.find((disk) => disk.name === name)?.pvid ?? "";
    if (pvid === "") {
      throw new TypeError(
        `Cannot seed volume group "${seed.name}": disk "${name}" is not seeded with a PVID`,
      );
    }
    return pvid;
  });
  const group: VolumeGroup = {
    name: seed.name,
    id: `00f9c1af${VG_ID_TAIL}${String(index).padStart(8, "0")}`,
    members,
    ppMb: seed.ppMb ?? 32,
    type: seed.type ?? "normal",
    autoOn: seed.autoOn ?? true,
    state: seed.state ?? "active",
    volumes: [],
  };
  storage.volumeGroups.push(group);
  for (const volume of seed.volumes ?? []) {
    const { mountPoint } = volume;
    const made = createLogicalVolume(volume.name, volume.type ?? "jfs2");
    made.maxLps = volume.maxLps ?? made.maxLps;
    made.copies = volume.copies ?? 1;
    if (!allocate(storage, group, made, volume.lps)) {
      throw new TypeError(
        `Cannot seed logical volume "${volume.name}": "${seed.name}" has too few free partitions`,
      );
    }
    if (mountPoint !== undefined) {
      const log = seed.name === "rootvg" ? "/dev/hd8" : "INLINE";
      made.fileSystem = { mountPoint, blocks: volume.lps * group.ppMb * 2_048, log };
    }
    group.volumes.push(made);
  }
}
