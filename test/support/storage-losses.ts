import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import type {
  LogicalVolume,
  PhysicalVolume,
  VolumeGroup,
} from "../../src/simulator/aix/volumes.ts";
import type { FileSystem } from "../../src/system/system.ts";
import { isMapping } from "../../src/config/cloud-config.ts";

/** What an AIX machine holds at a moment, to be compared with what it holds later. */
export interface HeldStorage {
  readonly disks: readonly (PhysicalVolume & { readonly foreign?: string })[];
  readonly groups: readonly HeldGroup[];
  /** Marked files: path → content. */
  readonly files: ReadonlyMap<string, string>;
}

interface HeldGroup {
  readonly group: VolumeGroup;
  readonly name: string;
  readonly state: VolumeGroup["state"];
  readonly members: readonly string[];
  readonly volumes: readonly HeldVolume[];
}

interface HeldVolume {
  readonly volume: LogicalVolume;
  readonly name: string;
  readonly lps: number;
  readonly extents: Readonly<Record<string, number>>;
  readonly mountPoint?: string;
  readonly blocks?: number;
}

/** Puts a marked file into every file system that is mounted, and notes what there is. */
export function holdStorage(aix: SimulatedAix, paths: readonly string[]): HeldStorage {
  const files = new Map<string, string>();
  for (const path of paths) {
    const content = `held ${path}`;
    aix.system.fs.write(path, content);
    files.set(path, content);
  }
  const { disks, volumeGroups } = aix.machine.storage;
  return {
    files,
    disks: structuredClone(disks),
    groups: volumeGroups.map((group) => ({
      group,
      name: group.name,
      state: group.state,
      members: [...group.members],
      volumes: group.volumes.map((volume) => ({
        volume,
        name: volume.name,
        lps: volume.lps,
        extents: { ...volume.extents },
        ...(volume.fileSystem === undefined
          ? {}
          : { mountPoint: volume.fileSystem.mountPoint, blocks: volume.fileSystem.blocks }),
      })),
    })),
  };
}

/** What was given up by the user-data, in its own words. */
export interface Permission {
  readonly disks: ReadonlySet<string>;
  readonly volumes: ReadonlySet<string>;
}

/** Disks and logical volumes of which the user-data says `overwrite: true`. */
export function permissionOf(
  config: Readonly<Record<string, unknown>>,
  held: HeldStorage,
): Permission {
  const disks = new Set<string>();
  for (const [key, settings] of Object.entries(
    isMapping(config["disk_setup"]) ? config["disk_setup"] : {},
  )) {
    if (isMapping(settings) && settings["overwrite"] === true) {
      const name = key.replace(/^\/dev\//u, "");
      disks.add(held.disks.find(({ pvid }) => pvid === key.toLowerCase())?.name ?? name);
    }
  }
  const entries: readonly unknown[] = Array.isArray(config["fs_setup"]) ? config["fs_setup"] : [];
  const volumes = entries.flatMap((entry) =>
    isMapping(entry) && entry["overwrite"] === true && typeof entry["device"] === "string"
      ? [entry["device"].replace(/^\/dev\//u, "")]
      : [],
  );
  return { disks, volumes: new Set(volumes) };
}

/** What was held and is not any more, without permission, in words; none where nothing is lost. */
export function findLosses(
  held: HeldStorage,
  aix: SimulatedAix,
  permission: Permission,
): readonly string[] {
  const { disks, volumeGroups } = aix.machine.storage;
  const losses: string[] = [];
  for (const before of held.disks) {
    const now = disks.find(({ name }) => name === before.name);
    if (now === undefined || (before.pvid !== "" && now.pvid !== before.pvid)) {
      losses.push(`${before.name} has lost its PVID`);
    }
    if (now?.foreignData !== before.foreignData && !permission.disks.has(before.name)) {
      losses.push(`${before.name} has lost "${before.foreignData ?? ""}"`);
    }
    const owner = volumeGroups.find(({ members }) => members.includes(before.pvid));
    const wasMember = held.groups.some(({ members }) => members.includes(before.pvid));
    if (before.pvid !== "" && owner !== undefined && !wasMember) {
      const isGivenUp = permission.disks.has(before.name);
      losses.push(...(isGivenUp ? [] : [`${before.name} had a PVID and is in ${owner.name} now`]));
    }
  }
  for (const before of held.groups) {
    const isGivenUp =
      before.state === "unknown" &&
      before.members.some((pvid) =>
        permission.disks.has(held.disks.find((disk) => disk.pvid === pvid)?.name ?? ""),
      );
    if (!volumeGroups.includes(before.group)) {
      losses.push(...(isGivenUp ? [] : [`volume group ${before.name} is gone`]));
      continue;
    }
    if (before.members.some((pvid) => !before.group.members.includes(pvid))) {
      losses.push(`volume group ${before.name} has lost a disk`);
    }
    losses.push(...before.volumes.flatMap((volume) => volumeLosses(before, volume, permission)));
  }
  return [...losses, ...fileLosses(held, aix.system.fs)];
}

function volumeLosses(
  { name, group }: HeldGroup,
  before: HeldVolume,
  permission: Permission,
): readonly string[] {
  const { volume } = before;
  const place = `${name}/${before.name}`;
  if (!group.volumes.includes(volume)) {
    return [`logical volume ${place} is gone`];
  }
  const losses: string[] = [];
  const shrunk = Object.entries(before.extents).some(
    ([pvid, count]) => (volume.extents[pvid] ?? 0) < count,
  );
  if (volume.lps < before.lps || shrunk) {
    losses.push(`logical volume ${place} has become smaller`);
  }
  const isRawGivenUp = permission.volumes.has(before.name) && name !== "rootvg";
  if (before.mountPoint === undefined && volume.fileSystem !== undefined && !isRawGivenUp) {
    losses.push(`logical volume ${place} was formatted`);
  }
  if (
    before.mountPoint !== undefined &&
    (volume.fileSystem?.mountPoint !== before.mountPoint ||
      volume.fileSystem.blocks < (before.blocks ?? 0))
  ) {
    losses.push(`the file system of ${place} is gone or has become smaller`);
  }
  return losses;
}

/** A file below a new mount is hidden, not lost: the simulator keeps it aside. */
function fileLosses({ files }: HeldStorage, fs: FileSystem): readonly string[] {
  return [...files].flatMap(([path, content]) => {
    const directory = path.slice(0, path.lastIndexOf("/"));
    const places = [path, `/var/adm/sim/under${directory}.hidden${path.slice(directory.length)}`];
    const isThere = places.some((place) => {
      const bytes = fs.readBytesIfExists(place);
      return bytes !== undefined && new TextDecoder().decode(bytes) === content;
    });
    return isThere ? [] : [`file ${path} is gone`];
  });
}
