import { readTextIfExists } from "../../system/files.ts";
import type { Problem } from "../../text/problem.ts";
import type { DiskSetup, FileSystemRequest, VolumeSize } from "../disk-adapter.ts";
import type { DistroContext } from "../distro.ts";
import { describeFailure } from "./disks-failure.ts";
import type { ReadyGroup } from "./disks-groups.ts";
import { type LockPatience, runLvm } from "./growth-lvm.ts";
import { type LogicalVolume, readLogicalVolumes } from "./logical-volumes.ts";
import type { PlannedVolumes } from "./planned-volumes.ts";
import { findStanza } from "./stanza-file.ts";
import { toAixMount } from "./volumes-mount-entry.ts";
import { ensureAixMounts } from "./volumes-mounts.ts";
import { parseVolumeGroup } from "./volumes-paging.ts";

const LSVG = "/usr/sbin/lsvg";
const LSLV = "/usr/sbin/lslv";
const MKLV = "/usr/sbin/mklv";
const CRFS = "/usr/sbin/crfs";
const RMLV = "/usr/sbin/rmlv";
const FILESYSTEMS_PATH = "/etc/filesystems";
/** lsvg and lslv wait for the lock of a volume group that another command works on. */
const QUERY = { okExitCodes: "any", timeoutMs: 300_000 } as const;
const MEGABYTE = 2 ** 20;
/** More than that mklv takes only where it is told so (-x). */
const DEFAULT_PARTITIONS_MAX = 512;
const VOLUME_NAME = /^[A-Za-z][\w.-]{0,14}$/u;

/** What the file systems are made in. */
export interface FileSystemsContext {
  readonly setup: DiskSetup;
  /** Volume groups that `disk_setup` names and that are there. */
  readonly groups: ReadonlyMap<string, ReadyGroup>;
  /** Volume groups that do not have all of the disks that they were to get. */
  readonly incomplete: ReadonlySet<string>;
  readonly planned: PlannedVolumes;
  readonly patience: LockPatience;
}

/**
 * A logical volume with a jfs2 file system for each entry, its stanza, its directory, and mounted
 * (aix commands.md §6.4). One that is there stays as it is. Where crfs fails, what mklv made is
 * removed again.
 */
export async function ensureAixFileSystems(
  ctx: DistroContext,
  made: FileSystemsContext,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const request of made.setup.fileSystems) {
    problems.push(...warnOfLinux(request));
    const wanted = toVolume(request, made);
    if (typeof wanted === "string") {
      problems.push(refuse(request, wanted));
      continue;
    }
    const failure = await ensureOne(ctx, wanted, made);
    if (failure !== undefined) {
      problems.push(refuse(request, failure));
    } else if (!wanted.isMountedLater) {
      const { device, mountPoint, options } = wanted;
      const entry = { device, mountPoint, type: "jfs2", options, path: request.path };
      problems.push(...(await ensureAixMounts(ctx, [entry], made.planned)));
    }
  }
  return problems;
}

interface WantedVolume {
  readonly request: FileSystemRequest;
  /** "datalv" */
  readonly name: string;
  readonly device: string;
  readonly volumeGroup?: string;
  readonly mountPoint: string;
  readonly options: string;
  /** The module mounts does it, from its own entry. */
  readonly isMountedLater: boolean;
}

/** What the request means, or what is wrong with it and how AIX says it. */
function toVolume(request: FileSystemRequest, made: FileSystemsContext): WantedVolume | string {
  const name = request.device.replace(/^\/dev\//u, "");
  const say =
    'say the logical volume to be made, like "device: /dev/datalv", with "volume_group", "size" and "mount_point"';
  if (/^r?hdisk\d+$/u.test(name)) {
    return `a disk holds no file system itself on AIX: give "disk_setup" the disk with "volume_group", and ${say}`;
  }
  if (!VOLUME_NAME.test(name)) {
    return `that is no name of a logical volume (at most 15 letters, digits and "_", a letter first): ${say}`;
  }
  if (request.type !== undefined && request.type !== "jfs2" && request.type !== "auto") {
    return `"${request.type}" cannot be made here: expected "filesystem: jfs2"`;
  }
  if (request.command !== undefined) {
    return '"cmd" is for Linux; on AIX crfs makes the file system. runcmd can run other commands';
  }
  const device = `/dev/${name}`;
  const entry = made.setup.mounts.find((each) => each.device === device);
  const mountPoint = request.mountPoint ?? entry?.mountPoint;
  if (mountPoint === undefined) {
    return `a jfs2 file system belongs to a directory: say "mount_point: /data", or give "mounts" an entry [${device}, /data]`;
  }
  const options = request.options ?? "";
  const mount = toAixMount({ device, mountPoint, type: "jfs2", options, path: request.path });
  if (typeof mount === "string") {
    return mount.replace(/^Cannot mount .*?": /u, "");
  }
  if (entry !== undefined && entry.mountPoint.replace(/(?<=.)\/+$/u, "") !== mount.mountPoint) {
    return `"mount_point" is "${mountPoint}", and the entry of "mounts" for the same device says "${entry.mountPoint}"`;
  }
  const own = [...made.groups.keys()].filter((group) => group !== "rootvg");
  const volumeGroup = request.volumeGroup ?? (own.length === 1 ? own[0] : undefined);
  return {
    request,
    name,
    device,
    ...(volumeGroup === undefined ? {} : { volumeGroup }),
    mountPoint: mount.mountPoint,
    options,
    isMountedLater: entry !== undefined,
  };
}

/** Undefined where the file system is there now. */
async function ensureOne(
  ctx: DistroContext,
  wanted: WantedVolume,
  made: FileSystemsContext,
): Promise<string | undefined> {
  const { name, volumeGroup, mountPoint, request } = wanted;
  const known = [...(await readLogicalVolumes(ctx.sys)), ...made.planned.volumes];
  const existing = known.find((volume) => volume.name === name);
  if (existing !== undefined) {
    return ensureExisting(ctx, wanted, existing, made.patience);
  }
  const wrong = checkMountPoint(ctx, wanted);
  if (wrong !== undefined) {
    return wrong;
  }
  if (ctx.sys.fs.stat(wanted.device) !== undefined) {
    return `"${wanted.device}" is there and no logical volume of a volume group that is varied on`;
  }
  if (volumeGroup === undefined) {
    return `say "volume_group: NAME": ${made.groups.size === 0 ? "disk_setup made none" : "disk_setup has more than one, or only rootvg"}, and rootvg is not used unless it is named`;
  }
  if (request.size === undefined) {
    return 'say "size: 10G", or "size: 100%FREE" for all that is free in the volume group';
  }
  if (request.size.kind === "percent-free" && made.incomplete.has(volumeGroup)) {
    return `not all disks of "disk_setup" are in volume group "${volumeGroup}", and a share of what is free in it would be smaller than was meant. Nothing is changed; mend the disk, then run "cloud-init single --name disk_setup --frequency always", or say a size like "10G"`;
  }
  const group = made.groups.get(volumeGroup)?.planned ?? (await readGroup(ctx, volumeGroup));
  if (typeof group === "string") {
    return group;
  }
  const details = { ...group, freePartitions: group.freePartitions - plannedIn(made, volumeGroup) };
  const count = countPartitions(request.size, details);
  if (count > details.freePartitions || count === 0) {
    const inMb = (partitions: number): number => (partitions * details.partitionBytes) / MEGABYTE;
    return `it needs ${inMb(Math.max(1, count))} MB, and ${inMb(details.freePartitions)} MB are free in volume group "${volumeGroup}" (partitions of ${inMb(1)} MB). Nothing is changed`;
  }
  const volume = await runLvm(
    ctx.sys,
    [
      MKLV,
      "-y",
      name,
      "-t",
      "jfs2",
      ...(count > DEFAULT_PARTITIONS_MAX ? ["-x", String(count)] : []),
      volumeGroup,
      String(count),
    ],
    made.patience,
  );
  if (!volume.isDone) {
    return describeFailure(volume);
  }
  if (volume.isPlanned) {
    made.planned.volumes.push({
      name,
      volumeGroup,
      type: "jfs2",
      logicalPartitions: count,
      physicalPartitions: count,
      mountPoint,
    });
  }
  const failure = await runCrfs(ctx, wanted, made.patience);
  return failure === undefined
    ? undefined
    : `${failure}. ${await removeVolume(ctx, wanted, volumeGroup, made.patience)}`;
}

/** A file system stays; a logical volume without one gets one only where the request says so. */
async function ensureExisting(
  ctx: DistroContext,
  wanted: WantedVolume,
  existing: LogicalVolume,
  patience: LockPatience,
): Promise<string | undefined> {
  const { name, request, mountPoint } = wanted;
  const left = "It is left alone";
  if (request.volumeGroup !== undefined && request.volumeGroup !== existing.volumeGroup) {
    return `the logical volume is there, in volume group "${existing.volumeGroup}". ${left}`;
  }
  if (existing.mountPoint === mountPoint) {
    ctx.log.debug(`Logical volume ${name} has its file system already: it is left as it is`);
    return undefined;
  }
  if (existing.mountPoint !== undefined) {
    return `the logical volume is there, with the file system of "${existing.mountPoint}". ${left}, whatever "overwrite" says; rmfs removes it`;
  }
  if (!request.overwrite || existing.type !== "jfs2" || existing.volumeGroup === "rootvg") {
    return `the logical volume is there (type "${existing.type}", volume group "${existing.volumeGroup}") and may hold data, although no file system is known on it. ${left}; ${existing.type === "jfs2" && existing.volumeGroup !== "rootvg" ? '"overwrite: true" makes a file system in it' : "rmlv removes it"}`;
  }
  const { stdout } = await ctx.sys.exec.query([LSLV, name], QUERY);
  if (!/\bLV STATE:\s+closed/u.test(stdout)) {
    return `the logical volume is there and in use. ${left}`;
  }
  return checkMountPoint(ctx, wanted) ?? runCrfs(ctx, wanted, patience);
}

function checkMountPoint(ctx: DistroContext, wanted: WantedVolume): string | undefined {
  const { mountPoint, device } = wanted;
  const text = readTextIfExists(ctx.sys.fs, FILESYSTEMS_PATH) ?? "";
  const stanza = findStanza(text, mountPoint);
  if (stanza !== undefined) {
    return `${FILESYSTEMS_PATH} has "${mountPoint}" already, of "${stanza.get("dev") ?? ""}". That stays as it is${stanza.get("dev") === device ? `; there is no logical volume "${wanted.name}" behind it, take the stanza out if it is of no use` : ""}`;
  }
  const kind = ctx.sys.fs.stat(mountPoint)?.kind;
  return kind === undefined || kind === "directory"
    ? undefined
    : `the mount point "${mountPoint}" is a ${kind}`;
}

async function readGroup(
  ctx: DistroContext,
  group: string,
): Promise<{ readonly partitionBytes: number; readonly freePartitions: number } | string> {
  if (!VOLUME_NAME.test(group)) {
    return `"${group}" is no name of a volume group`;
  }
  const { exitCode, stdout, stderr } = await ctx.sys.exec.query([LSVG, group], QUERY);
  const facts = exitCode === 0 ? parseVolumeGroup(stdout) : undefined;
  return facts ?? `volume group "${group}" is not there or not varied on (${stderr.trim()})`;
}

/** Partitions of volumes that a plan would have made before. */
function plannedIn({ planned }: FileSystemsContext, group: string): number {
  return planned.volumes
    .filter(({ volumeGroup }) => volumeGroup === group)
    .reduce((sum, { physicalPartitions }) => sum + physicalPartitions, 0);
}

function countPartitions(
  size: VolumeSize,
  details: { readonly partitionBytes: number; readonly freePartitions: number },
): number {
  return size.kind === "bytes"
    ? Math.ceil(size.bytes / details.partitionBytes)
    : Math.floor((details.freePartitions * size.percent) / 100);
}

/** The log lies in the file system itself: a log volume needs a partition that may not be free. */
async function runCrfs(
  ctx: DistroContext,
  wanted: WantedVolume,
  patience: LockPatience,
): Promise<string | undefined> {
  const { name, mountPoint } = wanted;
  const head = [CRFS, "-v", "jfs2", "-d", name, "-m", mountPoint, "-A", "yes"];
  const argv = [...head, "-p", "rw", "-t", "no", "-a", "logname=INLINE"];
  const outcome = await runLvm(ctx.sys, argv, patience);
  if (outcome.isDone && !outcome.isPlanned) {
    ctx.log.info(`Made a jfs2 file system for "${mountPoint}" in logical volume ${name}`);
  }
  return outcome.isDone ? undefined : describeFailure(outcome);
}

/** What crfs could not use. Says what became of it. */
async function removeVolume(
  ctx: DistroContext,
  wanted: WantedVolume,
  volumeGroup: string,
  patience: LockPatience,
): Promise<string> {
  const { name, mountPoint, device } = wanted;
  const { isDone, failure } = await runLvm(ctx.sys, [RMLV, "-f", name], patience);
  if (!isDone) {
    return `The logical volume "${name}" that mklv made remains in volume group "${volumeGroup}": ${failure}`;
  }
  const text = readTextIfExists(ctx.sys.fs, FILESYSTEMS_PATH) ?? "";
  return findStanza(text, mountPoint)?.get("dev") === device
    ? `The logical volume "${name}" that mklv made is removed again; the stanza "${mountPoint}" that crfs wrote remains in ${FILESYSTEMS_PATH}`
    : `The logical volume "${name}" that mklv made is removed again`;
}

function warnOfLinux(request: FileSystemRequest): readonly Problem[] {
  const keys = [
    ...(request.label === undefined ? [] : ["label"]),
    ...(request.partition === undefined ? [] : ["partition"]),
    ...(request.replaceType === undefined ? [] : ["replace_fs"]),
    ...(request.extraOptions.length === 0 ? [] : ["extra_opts"]),
  ];
  return keys.map((key) => ({
    message: `"${key}" of file system "${request.name}" has no meaning on AIX`,
    path: [...request.path, key],
    severity: "warning",
  }));
}

function refuse(request: FileSystemRequest, reason: string): Problem {
  return { message: `Cannot make file system "${request.name}": ${reason}`, path: request.path };
}
