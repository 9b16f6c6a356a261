import { type CommandContext, type CommandOutcome, failed } from "./command.ts";
import { type AixMachine, findDevice } from "./machine.ts";
import type { AixStorage, LogicalVolume, PhysicalVolume, VolumeGroup } from "./volumes.ts";

/** 512-byte blocks in a megabyte: the unit of file system sizes. */
export const BLOCKS_PER_MB = 2_048;
const DEFAULT_MAX_LPS = 512;

/** A disk that the device database knows. */
export function findDisk(machine: AixMachine, name: string): PhysicalVolume | undefined {
  return findDevice(machine, name)?.status === "Available"
    ? machine.storage.disks.find((disk) => disk.name === name)
    : undefined;
}

/** Disks that the device database knows, in its order. */
export function knownDisks(machine: AixMachine): PhysicalVolume[] {
  return machine.devices.flatMap(({ name }) => findDisk(machine, name) ?? []);
}

/** A volume group that the database knows. */
export function findGroup(machine: AixMachine, name: string): VolumeGroup | undefined {
  return knownGroups(machine).find((group) => group.name === name);
}

/** Volume groups that the database knows. */
export function knownGroups(machine: AixMachine): VolumeGroup[] {
  return machine.storage.volumeGroups.filter(({ state }) => state !== "unknown");
}

/** The volume group whose descriptor area is on a disk, known or not. */
export function groupOnDisk(storage: AixStorage, disk: PhysicalVolume): VolumeGroup | undefined {
  return disk.pvid === ""
    ? undefined
    : storage.volumeGroups.find(({ members }) => members.includes(disk.pvid));
}

/** A logical volume of a known volume group, with the group. */
export function findVolume(
  machine: AixMachine,
  name: string,
): { readonly group: VolumeGroup; readonly volume: LogicalVolume } | undefined {
  for (const group of knownGroups(machine)) {
    const volume = group.volumes.find((each) => each.name === name);
    if (volume !== undefined) {
      return { group, volume };
    }
  }
  return undefined;
}

/** The logical volume behind "/dev/NAME". */
export function findVolumeOfDevice(
  machine: AixMachine,
  device: string,
): ReturnType<typeof findVolume> {
  return device.startsWith("/dev/") ? findVolume(machine, device.slice(5)) : undefined;
}

/** An empty logical volume as mklv makes it. */
export function createLogicalVolume(name: string, type: string): LogicalVolume {
  return { name, type, lps: 0, maxLps: DEFAULT_MAX_LPS, copies: 1, extents: {} };
}

const PPS_PER_FACTOR = 1_016;

/** The most partitions of a disk that a volume group may count. */
export function diskPpsMax({ type, factor = 1 }: VolumeGroup): number {
  return type === "scalable" ? Number.MAX_SAFE_INTEGER : PPS_PER_FACTOR * factor;
}

/** The most disks that a normal or big volume group may have with a factor. */
export function disksMax({ type, factor = 1 }: VolumeGroup): number {
  return Math.floor((type === "big" ? 128 : 32) / factor);
}

/** Partitions of a disk as its volume group counts them: one is lost to the descriptor area. */
export function totalPps(group: VolumeGroup, disk: PhysicalVolume): number {
  return Math.max(0, Math.ceil(disk.seenMb / group.ppMb) - 1);
}

/** Those that no logical volume has. */
export function freePps(group: VolumeGroup, disk: PhysicalVolume): number {
  const used = group.volumes.reduce((sum, { extents }) => sum + (extents[disk.pvid] ?? 0), 0);
  return totalPps(group, disk) - used;
}

/** The disks of a volume group that the machine has. */
export function membersOf(storage: AixStorage, group: VolumeGroup): PhysicalVolume[] {
  return group.members.flatMap((pvid) => storage.disks.find((disk) => disk.pvid === pvid) ?? []);
}

/** PVIDs of the members whose disk the machine does not have, or does not know. */
export function missingMembers(machine: AixMachine, group: VolumeGroup): string[] {
  return group.members.filter(
    (pvid) =>
      !machine.storage.disks.some(
        (disk) => disk.pvid === pvid && findDisk(machine, disk.name) !== undefined,
      ),
  );
}

/**
 * Whether the disks that are there hold more than half of the descriptor areas. A lone disk has two
 * of them, of two disks the first has two, and of more each has one.
 */
export function hasQuorum(machine: AixMachine, group: VolumeGroup): boolean {
  const missing = new Set(missingMembers(machine, group));
  const areas = group.members.map((pvid, index) => ({
    count: group.members.length < 3 && index === 0 ? 2 : 1,
    isThere: !missing.has(pvid),
  }));
  const sum = (which: typeof areas): number => which.reduce((total, { count }) => total + count, 0);
  return sum(areas.filter(({ isThere }) => isThere)) * 2 > sum(areas);
}

/** 0516-404 of the commands that need more partitions than there are; `after` is what they say themselves. */
export function cannotAllocate(after = ""): CommandOutcome {
  return failed(
    1,
    `0516-404 allocp: This system cannot fulfill the allocation request.\n        There are not enough free partitions or not enough physical volumes\n        to keep strictness and satisfy allocation requests.${after === "" ? "  The command\n        should be retried with different allocation characteristics." : `\n${after}`}`,
  );
}

/** 0516-787. */
export function overMaximum(command: string, volume: LogicalVolume): CommandOutcome {
  return failed(
    1,
    `0516-787 ${command}: Maximum allocation for logical volume ${volume.name}\n        is ${volume.maxLps}.`,
  );
}

/** Gives a volume that many more logical partitions; all or nothing. */
export function allocate(
  storage: AixStorage,
  group: VolumeGroup,
  volume: LogicalVolume,
  lps: number,
  onlyOn: readonly string[] = [],
): boolean {
  const disks = membersOf(storage, group).filter(
    ({ name }) => onlyOn.length === 0 || onlyOn.includes(name),
  );
  let wanted = lps * volume.copies;
  const taken: [string, number][] = [];
  for (const disk of disks) {
    const count = Math.min(wanted, freePps(group, disk));
    wanted -= count;
    if (count > 0) {
      taken.push([disk.pvid, count]);
    }
  }
  if (wanted > 0) {
    return false;
  }
  for (const [pvid, count] of taken) {
    volume.extents[pvid] = (volume.extents[pvid] ?? 0) + count;
  }
  volume.lps += lps;
  return true;
}

/** Takes partitions back, from the last disk first. */
export function release(volume: LogicalVolume, lps: number): void {
  let wanted = lps * volume.copies;
  volume.lps -= lps;
  for (const pvid of Object.keys(volume.extents).reverse()) {
    const have = volume.extents[pvid] ?? 0;
    const count = Math.min(have, wanted);
    wanted -= count;
    volume.extents[pvid] = have - count;
    if (volume.extents[pvid] === 0) {
      delete volume.extents[pvid];
    }
  }
}

/** Why a volume is in use: mounted, or active paging space. */
export function isOpen(machine: AixMachine, volume: LogicalVolume): boolean {
  return ["boot", "jfs2log"].includes(volume.type)
    ? volume.type === "jfs2log"
    : machine.mounts.some(({ device }) => device === `/dev/${volume.name}`) ||
        machine.storage.pagingSpaces.some((each) => each.volume === volume.name && each.isActive);
}

/** A new PVID: the machine, then what is drawn. */
export function createPvid(ctx: CommandContext): string {
  const drawn = [...ctx.randomBytes(4)].map((byte) => byte.toString(16).padStart(2, "0"));
  return `00f9c1af${drawn.join("")}`;
}

/** Rows of one width each, the last cell as it is. */
export function padCells(widths: readonly number[], cells: readonly string[]): string {
  return `${cells.map((cell, index) => (index === cells.length - 1 ? cell : `${cell.padEnd((widths[index] ?? 1) - 1)} `)).join("")}\n`;
}

/** 0516-306, for a volume group that the database does not know. The wording is [U]. */
export function unknownGroup(command: string, name: string): CommandOutcome {
  return failed(
    1,
    `0516-306 ${command}: Unable to find volume group ${name} in the Device\n        Configuration Database.`,
  );
}

/** 0516-306, for a disk. */
export function unknownDisk(command: string, name: string): CommandOutcome {
  return failed(
    1,
    `0516-306 ${command}: Unable to find physical volume ${name} in the Device\n        Configuration Database.`,
  );
}

/** 0516-306, for a logical volume. The wording is [U]. */
export function unknownVolume(command: string, name: string): CommandOutcome {
  return failed(
    1,
    `0516-306 ${command}: Unable to find logical volume ${name} in the Device\n        Configuration Database.`,
  );
}

/** A known volume group that can be changed: varied on, and not locked. */
export function openGroup(
  ctx: CommandContext,
  command: string,
  name: string,
): { readonly group: VolumeGroup } | { readonly refusal: CommandOutcome } {
  const group = findGroup(ctx.machine, name);
  if (group === undefined) {
    return { refusal: unknownGroup(command, name) };
  }
  const refusal = groupLock(ctx, command, name);
  if (refusal !== undefined) {
    return { refusal };
  }
  return group.state === "active" ? { group } : { refusal: variedOff(command) };
}

/** The refusal for a locked volume group, as often as the fault says. Number and text are [U]. */
export function groupLock(
  ctx: CommandContext,
  command: string,
  name: string,
): CommandOutcome | undefined {
  const { faults } = ctx.machine;
  const left = faults.lockedVolumeGroups[name] ?? 0;
  if (left <= 0) {
    return undefined;
  }
  faults.lockedVolumeGroups[name] = left - 1;
  return failed(
    1,
    `0516-266 ${command}: The volume group ${name} is locked by another\n        process. Try again, or use chvg -u if no other process works on it.`,
  );
}

/** 0516-010. */
export function variedOff(command: string): CommandOutcome {
  return failed(1, `0516-010 ${command}: Volume group must be varied on; use varyonvg command.`);
}
