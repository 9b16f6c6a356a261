import type { Problem } from "../../text/problem.ts";
import type { DiskRequest } from "../disk-adapter.ts";
import type { DistroContext } from "../distro.ts";
import { findDiskContent } from "./disks-content.ts";
import { describeFailure } from "./disks-failure.ts";
import { type LockPatience, runLvm } from "./growth-lvm.ts";
import {
  type PhysicalVolume,
  readActiveVolumeGroups,
  readPhysicalVolumes,
  readVolumeGroups,
} from "./physical-volumes.ts";

const MKVG = "/usr/sbin/mkvg";
const EXTENDVG = "/usr/sbin/extendvg";
const GETCONF = "/usr/bin/getconf";
const QUERY_TIMEOUT_MS = 60_000;
/** A disk of an original volume group has at most so many partitions. */
const PARTITION_COUNT_MAX = 1_016;
const PARTITION_MB_MIN = 32;
const PARTITION_MB_MAX = 131_072;
const GROUP_NAME = /^[A-Za-z][\w.-]{0,14}$/u;

/** A volume group that `disk_setup` names and that is there now. */
export interface ReadyGroup {
  /** Only in a plan, where mkvg did not run: what would be free, as far as it is known. */
  readonly planned?: { readonly partitionBytes: number; readonly freePartitions: number };
}

export interface GroupsOutcome {
  readonly problems: readonly Problem[];
  readonly groups: ReadonlyMap<string, ReadyGroup>;
  /** Names of those that do not have all of the disks that they were to get. */
  readonly incomplete: ReadonlySet<string>;
}

/**
 * A volume group for the disks that name it (aix commands.md §6.3): mkvg with the first, extendvg
 * with the rest, nothing for those that are in it. A new one is made only where all of its disks can
 * be used, so that none comes out smaller than it was asked for.
 */
export async function ensureVolumeGroups(
  ctx: DistroContext,
  requests: readonly DiskRequest[],
  patience: LockPatience,
): Promise<GroupsOutcome> {
  const problems: Problem[] = [];
  const groups = new Map<string, ReadyGroup>();
  const incomplete = new Set<string>();
  if (requests.length === 0) {
    return { problems, groups, incomplete };
  }
  const disks = await readPhysicalVolumes(ctx.sys);
  const known = await readVolumeGroups(ctx.sys);
  const active = await readActiveVolumeGroups(ctx.sys);
  const places: Place[] = [];
  for (const request of requests) {
    problems.push(...warnOfLinux(request));
    const place = await judge(ctx, request, { disks, places });
    if (typeof place === "string") {
      problems.push({ message: `Cannot use disk "${request.name}": ${place}`, path: request.path });
      incomplete.add(request.volumeGroup ?? "");
    } else {
      places.push(place);
    }
  }
  for (const name of new Set(places.map(({ volumeGroup }) => volumeGroup))) {
    const members = places.filter(({ volumeGroup }) => volumeGroup === name);
    if (known.has(name) && !active.has(name)) {
      problems.push({
        message: `Cannot use volume group "${name}": it is varied off, and is left so; varyonvg turns it on`,
        path: members[0]?.request.path ?? [],
      });
    } else if (known.has(name)) {
      groups.set(name, {});
      const added = members.filter(({ isMember }) => !isMember);
      const failed = await extendGroup(ctx, name, added, patience);
      problems.push(...failed);
      if (failed.length > 0) {
        incomplete.add(name);
      }
    } else if (incomplete.has(name)) {
      problems.push({
        message: `Cannot make volume group "${name}": not all of its disks can be used, and it would be smaller than it was asked for. Nothing is changed on the others`,
        path: members[0]?.request.path ?? [],
      });
    } else {
      const made = await makeGroup(ctx, name, members, patience);
      problems.push(...made.problems);
      if (made.problems.length > 0) {
        incomplete.add(name);
      }
      if (made.group !== undefined) {
        groups.set(name, made.group);
      }
    }
  }
  return { problems, groups, incomplete };
}

interface Place {
  readonly request: DiskRequest;
  readonly disk: string;
  readonly volumeGroup: string;
  readonly isMember: boolean;
  /** What is on the disk has to be given up: -f. A PVID alone does not need it. */
  readonly isForced: boolean;
}

/** The disk that a request means and what may be done with it, or why it is left alone. */
async function judge(
  ctx: DistroContext,
  request: DiskRequest,
  seen: { readonly disks: readonly PhysicalVolume[]; readonly places: readonly Place[] },
): Promise<Place | string> {
  const { volumeGroup } = request;
  const wrongName = checkDiskName(request.device);
  if (wrongName !== undefined) {
    return wrongName;
  }
  if (volumeGroup === undefined) {
    return 'say "volume_group: NAME": a disk on AIX becomes part of a volume group, it has no partitions';
  }
  if (!GROUP_NAME.test(volumeGroup)) {
    return `"${volumeGroup}" is no name of a volume group: expected at most 15 letters, digits and "_", a letter first`;
  }
  const disk = findDisk(request.device, seen.disks);
  if (typeof disk === "string") {
    return disk;
  }
  const other = seen.places.find((place) => place.disk === disk.disk);
  if (other !== undefined) {
    return `it is the disk "${other.disk}", which "${other.request.name}" names already`;
  }
  const place = { request, disk: disk.disk, volumeGroup };
  if (disk.volumeGroup === volumeGroup) {
    ctx.log.debug(`Disk ${disk.disk} is in volume group ${volumeGroup} already: nothing to do`);
    return { ...place, isMember: true, isForced: false };
  }
  if (disk.volumeGroup !== undefined) {
    return `it belongs to volume group "${disk.volumeGroup}", and is left alone whatever "overwrite" says`;
  }
  const content = await findDiskContent(ctx.sys, disk.disk);
  const reason =
    content ??
    (disk.pvid === undefined
      ? undefined
      : `it has a PVID ("${disk.pvid}"), so that LVM has had it, here or on another machine`);
  if (reason !== undefined && !request.overwrite) {
    return `${reason}. It is left alone; "overwrite: true" gives up what is on it`;
  }
  if (reason !== undefined) {
    ctx.log.warn(`Giving up what is on disk ${disk.disk}, as "overwrite" says: ${reason}`);
  }
  return { ...place, isMember: false, isForced: content !== undefined };
}

function checkDiskName(device: string): string | undefined {
  const say = 'on AIX say "hdisk1", or the PVID that "lspv" shows';
  if (/^(?:ephemeral|swap|ebs)\d*(?:\.\d+)?$/u.test(device)) {
    return `that is a name of clouds that run Linux: ${say}`;
  }
  if (/^(?:PART)?(?:LABEL|UUID)=/iu.test(device)) {
    return `AIX finds no disk by label or UUID: ${say}`;
  }
  return /^(?:\/dev\/)?r?hdisk\d+$/u.test(device) || /^[0-9A-Fa-f]{16}$/u.test(device)
    ? undefined
    : `that is no name of a disk on AIX: ${say}`;
}

function findDisk(device: string, disks: readonly PhysicalVolume[]): PhysicalVolume | string {
  const name = /(hdisk\d+)$/u.exec(device)?.[1];
  const found = disks.filter((each) =>
    name === undefined ? each.pvid === device.toLowerCase() : each.disk === name,
  );
  const [first] = found;
  if (first === undefined) {
    return `there is no such disk; there are ${disks.map(({ disk }) => `"${disk}"`).join(", ")}`;
  }
  return found.length === 1
    ? first
    : `the disks ${found.map(({ disk }) => `"${disk}"`).join(", ")} have the same PVID: say which one by its name`;
}

function warnOfLinux(request: DiskRequest): readonly Problem[] {
  const keys = [
    ...(request.tableType === undefined ? [] : ["table_type"]),
    ...(request.layout === undefined ? [] : ["layout"]),
  ];
  return keys.map((key) => ({
    message: `"${key}" of disk "${request.name}" has no meaning: AIX has no partitions. "volume_group" says what the disk becomes part of, and "fs_setup" makes logical volumes in it`,
    path: [...request.path, key],
    severity: "warning",
  }));
}

async function makeGroup(
  ctx: DistroContext,
  name: string,
  members: readonly Place[],
  patience: LockPatience,
): Promise<{ readonly problems: readonly Problem[]; readonly group?: ReadyGroup }> {
  const [first, ...rest] = members;
  if (first === undefined) {
    return { problems: [] };
  }
  const sizes = await Promise.all(members.map(({ disk }) => readSizeMb(ctx, disk)));
  const asked = members.flatMap(({ request }) => request.partitionSizeMb ?? [])[0];
  const partitionMb = asked ?? choosePartitionMb(sizes);
  const type = members.flatMap(({ request }) => request.volumeGroupType ?? [])[0] ?? "scalable";
  const outcome = await runLvm(
    ctx.sys,
    [
      MKVG,
      ...(type === "scalable" ? ["-S"] : type === "big" ? ["-B"] : []),
      ...(first.isForced ? ["-f"] : []),
      ...(partitionMb === undefined ? [] : ["-s", String(partitionMb)]),
      "-y",
      name,
      first.disk,
    ],
    patience,
  );
  if (!outcome.isDone) {
    const message = `Cannot make volume group "${name}": ${describeFailure(outcome)}`;
    return { problems: [{ message, path: first.request.path }] };
  }
  if (!outcome.isPlanned) {
    ctx.log.info(`Made volume group "${name}" of disk ${first.disk}`);
  }
  const problems = await extendGroup(ctx, name, rest, patience);
  if (!outcome.isPlanned) {
    return { problems, group: {} };
  }
  const bytes = (partitionMb ?? PARTITION_MB_MIN) * 2 ** 20;
  // One partition of each disk is lost to the descriptor area.
  const free = sizes.map((sizeMb) => Math.floor((sizeMb ?? 0) / (bytes / 2 ** 20)) - 1);
  return {
    problems,
    group: {
      planned: {
        partitionBytes: bytes,
        freePartitions: free.reduce((sum, count) => sum + Math.max(0, count), 0),
      },
    },
  };
}

async function extendGroup(
  ctx: DistroContext,
  name: string,
  places: readonly Place[],
  patience: LockPatience,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const { disk, isForced, request } of places) {
    const argv = [EXTENDVG, ...(isForced ? ["-f"] : []), name, disk];
    const outcome = await runLvm(ctx.sys, argv, patience);
    if (!outcome.isDone) {
      problems.push({
        message: `Cannot add disk "${request.name}" to volume group "${name}": ${describeFailure(outcome)}. The volume group is there without it`,
        path: request.path,
      });
    } else if (!outcome.isPlanned) {
      ctx.log.info(`Added disk ${disk} to volume group "${name}"`);
    }
  }
  return problems;
}

/** The smallest that keeps the largest disk within what an original volume group could have; undefined where no size is known. */
function choosePartitionMb(sizes: readonly (number | undefined)[]): number | undefined {
  const largest = Math.max(0, ...sizes.map((sizeMb) => sizeMb ?? 0));
  if (largest === 0) {
    return undefined;
  }
  let partitionMb = PARTITION_MB_MIN;
  while (largest / partitionMb > PARTITION_COUNT_MAX && partitionMb < PARTITION_MB_MAX) {
    partitionMb *= 2;
  }
  return partitionMb;
}

async function readSizeMb(ctx: DistroContext, disk: string): Promise<number | undefined> {
  const { exitCode, stdout } = await ctx.sys.exec.query([GETCONF, "DISK_SIZE", `/dev/${disk}`], {
    okExitCodes: "any",
    timeoutMs: QUERY_TIMEOUT_MS,
  });
  return exitCode === 0 && /^\s*\d{1,9}\s*$/u.test(stdout) ? Number(stdout) : undefined;
}
