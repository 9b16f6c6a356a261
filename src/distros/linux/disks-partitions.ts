import type { System } from "../../system/system.ts";
import type { Problem } from "../../text/problem.ts";
import type { DiskLayout, DiskRequest, PartitionShare } from "../disk-adapter.ts";
import type { DistroContext } from "../distro.ts";
import { runChange } from "../run-change.ts";
import { type DiskTree, findDevicePath, readDiskTree, readSignature } from "./disks-read.ts";

const SFDISK = "/usr/sbin/sfdisk";
const WIPEFS = "/usr/sbin/wipefs";
const BLOCKDEV = "/usr/sbin/blockdev";
const UDEVADM = "/usr/bin/udevadm";
const CHANGE = { timeoutMs: 300_000 };
const MBR_PARTITIONS_MAX = 4;
const MEGABYTE = 2 ** 20;

/** Partitions that `plan` would have made: sfdisk did not run there. By disk, how many. */
export type PlannedPartitions = ReadonlyMap<string, number>;

/**
 * Partition tables as `disk_setup` wants them. A disk that is laid out so already, and one that holds
 * anything, is left alone; with `overwrite` only what is in use is.
 */
export async function ensurePartitions(
  ctx: DistroContext,
  requests: readonly DiskRequest[],
): Promise<{ readonly problems: readonly Problem[]; readonly planned: PlannedPartitions }> {
  const problems: Problem[] = [];
  const planned = new Map<string, number>();
  const names = new Map<string, string>();
  for (const request of requests) {
    const wanted = toLayout(ctx, request);
    if (typeof wanted === "string") {
      problems.push(refuse(request, wanted));
    } else if (wanted !== undefined) {
      const other = names.get(wanted.path);
      if (other !== undefined) {
        const reason = `it is the disk "${wanted.path}", which "${other}" names already`;
        problems.push(refuse(request, reason));
        continue;
      }
      names.set(wanted.path, request.name);
      const found = await ensureOne(ctx, request, wanted, planned);
      problems.push(...(found === undefined ? [] : [found]));
    }
  }
  return { problems, planned };
}

interface WantedLayout {
  readonly path: string;
  readonly tableType: "dos" | "gpt";
  readonly shares: readonly PartitionShare[];
  readonly isRemoval: boolean;
}

/** Undefined where no partitions are wanted. */
function toLayout(ctx: DistroContext, request: DiskRequest): WantedLayout | string | undefined {
  const keys = [
    ...(request.volumeGroup === undefined ? [] : ["volume_group"]),
    ...(request.partitionSizeMb === undefined ? [] : ["pp_size"]),
    ...(request.volumeGroupType === undefined ? [] : ["type"]),
  ];
  if (keys.length > 0) {
    return `"${keys.join('", "')}" is for AIX: on Linux say "table_type" and "layout"`;
  }
  const { layout = false, device } = request;
  if (layout === false) {
    ctx.log.debug(`Disk ${request.name} is not to be partitioned: nothing to do`);
    return undefined;
  }
  const written = (request.tableType ?? "mbr").toLowerCase();
  if (written !== "mbr" && written !== "dos" && written !== "gpt") {
    return `"${request.tableType ?? ""}" is no kind of partition table: expected "mbr" or "gpt"`;
  }
  const tableType = written === "gpt" ? "gpt" : "dos";
  const shares = sharesOf(layout);
  if (tableType === "dos" && shares.length > MBR_PARTITIONS_MAX) {
    return `${shares.length} partitions do not fit into a table of type "mbr": at most ${MBR_PARTITIONS_MAX} do, "gpt" takes more`;
  }
  const bad = shares.find(({ type }) => partitionType(tableType, type) === undefined);
  if (bad !== undefined) {
    return `"${bad.type ?? ""}" is no partition type of a table of type "${tableType === "dos" ? "mbr" : "gpt"}"`;
  }
  const path = findDevicePath(ctx.sys.fs, device);
  return path === undefined
    ? `there is no device "${device}"`
    : { path, tableType, shares, isRemoval: layout === "remove" };
}

function sharesOf(layout: DiskLayout): readonly PartitionShare[] {
  if (typeof layout === "object") {
    return layout;
  }
  return layout === true ? [{ percent: 100 }] : [];
}

async function ensureOne(
  ctx: DistroContext,
  request: DiskRequest,
  wanted: WantedLayout,
  planned: Map<string, number>,
): Promise<Problem | undefined> {
  const { sys, log } = ctx;
  const tree = await readDiskTree(sys, wanted.path);
  if (tree === undefined || !/^(?:disk|loop)$/u.test(tree.device.type)) {
    const kind = tree === undefined ? "no block device" : `of type "${tree.device.type}"`;
    return refuse(request, `"${wanted.path}" is ${kind}: expected a whole disk`);
  }
  const signature = await readSignature(sys, tree.device);
  const count = tree.partitions.length;
  if (!wanted.isRemoval && signature.tableType === wanted.tableType) {
    if (count === wanted.shares.length) {
      log.debug(`Disk ${wanted.path} is laid out already: nothing to do`);
      return undefined;
    }
  }
  const content = describeContent(count, signature.content);
  if (content !== undefined && !request.overwrite) {
    const message = `Disk "${request.name}" is left alone: ${content}. "overwrite: true" gives up what is on it`;
    return { message, path: request.path, severity: "warning" };
  }
  if (tree.inUse !== undefined) {
    return refuse(request, `${tree.inUse}. It is left alone, whatever "overwrite" says`);
  }
  const missing = [SFDISK, WIPEFS].find((program) => sys.fs.stat(program) === undefined);
  if (missing !== undefined) {
    return refuse(request, `there is no ${missing} here. Nothing is changed`);
  }
  const script = renderScript(wanted, tree.device.sizeBytes);
  if (content !== undefined) {
    log.warn(`Giving up what is on disk ${wanted.path}, as "overwrite" says: ${content}`);
    const failure = await wipe(sys, tree);
    if (failure !== undefined) {
      return refuse(request, failure);
    }
  }
  if (wanted.isRemoval) {
    return undefined;
  }
  const failure = await partition(ctx, wanted, script, planned);
  const lost = content === undefined ? "" : `. What was on ${wanted.path} is gone`;
  return failure === undefined ? undefined : refuse(request, `${failure}${lost}`);
}

function describeContent(count: number, held: string | undefined): string | undefined {
  if (count > 0) {
    return count === 1 ? "it has a partition" : `it has ${count} partitions`;
  }
  return held === undefined ? undefined : `it holds "${held}"`;
}

/**
 * Without force: the kernel refuses it for whatever is in use in a way that lsblk does not show. It is
 * asked to read the table again first, which it refuses where any of the partitions is open: none of
 * them is wiped then.
 */
async function wipe(sys: System, tree: DiskTree): Promise<string | undefined> {
  const { device, partitions } = tree;
  const reread = [BLOCKDEV, "--rereadpt", device.path];
  if (partitions.length > 0) {
    const { failure } = await runChange(sys, reread, CHANGE);
    if (failure !== undefined) {
      return `it is in use, and is left alone whatever "overwrite" says: ${failure}`;
    }
  }
  const wiped: string[] = [];
  for (const { path } of [...partitions, device]) {
    const { failure } = await runChange(sys, [WIPEFS, "--all", path], CHANGE);
    if (failure !== undefined) {
      const lost = wiped.length === 0 ? "" : `, what was on ${wiped.join(", ")} is gone`;
      return `${failure}. The table of its partitions is as it was${lost}`;
    }
    wiped.push(path);
  }
  if (partitions.length > 0) {
    await runChange(sys, reread, CHANGE);
  }
  return undefined;
}

async function partition(
  ctx: DistroContext,
  wanted: WantedLayout,
  stdin: string,
  planned: Map<string, number>,
): Promise<string | undefined> {
  const { sys, log } = ctx;
  const { failure, hasRun } = await runChange(sys, [SFDISK, wanted.path], { ...CHANGE, stdin });
  if (failure !== undefined) {
    return failure;
  }
  await runChange(sys, [UDEVADM, "settle"], CHANGE);
  if (!hasRun) {
    planned.set(wanted.path, wanted.shares.length);
    return undefined;
  }
  const count = (await readDiskTree(sys, wanted.path))?.partitions.length ?? 0;
  if (count !== wanted.shares.length) {
    return `sfdisk ended well, yet the disk has ${count} partitions, not ${wanted.shares.length}`;
  }
  log.info(`Made ${count} partitions on ${wanted.path} (${wanted.tableType})`);
  return undefined;
}

/** The script of sfdisk(8), "named fields". The last partition takes what is left. */
function renderScript({ tableType, shares }: WantedLayout, sizeBytes: number): string {
  const lines = shares.map(({ percent, type }, index) => {
    const megabytes = Math.max(1, Math.floor((sizeBytes * percent) / 100 / MEGABYTE));
    const size = index === shares.length - 1 ? "" : `size=${megabytes}MiB, `;
    return `${size}type=${partitionType(tableType, type) ?? ""}\n`;
  });
  return `label: ${tableType}\n${lines.join("")}`;
}

const LINUX_GUID = "0FC63DAF-8483-4772-8E79-3D69D8477DE4";
/** UEFI and the Discoverable Partitions Specification; the codes are those of MBR and of sgdisk. */
const GUIDS: Readonly<Record<string, string>> = {
  "82": "0657FD6D-A4AB-43C4-84E5-0933C84B4F4F",
  "83": LINUX_GUID,
  "8E": "E6D6D379-F507-44C2-A23C-238F2A3DF928",
  EF: "C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
  FD: "A19D880F-05FC-4D3B-A006-743F0F84911E",
};
const GUID = /^[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}$/u;

/** Undefined where the table has no such type. */
function partitionType(tableType: "dos" | "gpt", written = "83"): string | undefined {
  const type = written.toUpperCase();
  if (tableType === "gpt") {
    const code = /^([0-9A-F]{2})00$/u.exec(type)?.[1] ?? type;
    return GUID.test(type) ? type : GUIDS[code];
  }
  return /^[0-9A-F]{1,2}$/u.test(type) && !/^0+$/u.test(type) ? type.toLowerCase() : undefined;
}

function refuse(request: DiskRequest, reason: string): Problem {
  return { message: `Cannot set up disk "${request.name}": ${reason}`, path: request.path };
}
