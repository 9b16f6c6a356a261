import type { System } from "../../system/system.ts";
import type { Problem } from "../../text/problem.ts";
import type { FileSystemRequest } from "../disk-adapter.ts";
import type { DistroContext } from "../distro.ts";
import { runChange } from "../run-change.ts";
import { makeFileSystem, prepareFileSystem } from "./disks-mkfs.ts";
import type { PlannedPartitions } from "./disks-partitions.ts";
import {
  type DiskTree,
  findDevicePath,
  isReservedPartition,
  partitionPath,
  readDiskTree,
  readSignature,
  type Signature,
} from "./disks-read.ts";

const WIPEFS = "/usr/sbin/wipefs";
const WIPE_TIMEOUT_MS = 300_000;

/**
 * File systems as `fs_setup` wants them, each on its device, on one partition of it, or on one that is
 * found. What is there stays without `overwrite` or a `replace_fs` of its type, and always where it is
 * in use.
 */
export async function ensureLinuxFileSystems(
  ctx: DistroContext,
  requests: readonly FileSystemRequest[],
  planned: PlannedPartitions,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const request of requests) {
    const found = await ensureOne(ctx, request, planned);
    if (found !== undefined) {
      problems.push(found);
    }
  }
  return problems;
}

async function ensureOne(
  ctx: DistroContext,
  request: FileSystemRequest,
  planned: PlannedPartitions,
): Promise<Problem | undefined> {
  const wrong = checkRequest(request);
  const path = findDevicePath(ctx.sys.fs, request.device);
  if (wrong !== undefined || path === undefined) {
    return refuse(request, wrong ?? `there is no device "${request.device}"`);
  }
  const target = await findTarget(ctx, request, path, planned);
  switch (target.kind) {
    case "done":
      ctx.log.debug(`File system ${request.name} is there, on ${target.path}: nothing to do`);
      return undefined;
    case "left":
      return { message: target.reason, path: request.path, severity: "warning" };
    case "refused":
      return refuse(request, target.reason);
    case "free":
      break;
  }
  const maker = prepareFileSystem(ctx.sys, request, target);
  if (typeof maker === "string") {
    return refuse(request, maker);
  }
  if (target.content !== undefined) {
    ctx.log.warn(`Giving up the "${target.content}" on ${target.path}, as the configuration says`);
    const argv = [WIPEFS, "--all", target.path];
    const { failure } = await runChange(ctx.sys, argv, { timeoutMs: WIPE_TIMEOUT_MS });
    if (failure !== undefined) {
      return refuse(request, failure);
    }
  }
  const failure = await makeFileSystem(ctx, maker);
  const lost = target.content === undefined ? "" : `. What was on ${target.path} is gone`;
  return failure === undefined ? undefined : refuse(request, `${failure}${lost}`);
}

type Target =
  | {
      readonly kind: "free";
      readonly path: string;
      readonly isWholeDisk: boolean;
      /** What is given up. */
      readonly content?: string;
    }
  | { readonly kind: "done"; readonly path: string }
  | { readonly kind: "left" | "refused"; readonly reason: string };

function checkRequest(request: FileSystemRequest): string | undefined {
  const keys = [
    ...(request.volumeGroup === undefined ? [] : ["volume_group"]),
    ...(request.size === undefined ? [] : ["size"]),
    ...(request.mountPoint === undefined ? [] : ["mount_point"]),
    ...(request.options === undefined ? [] : ["options"]),
  ];
  if (keys.length > 0) {
    return `"${keys.join('", "')}" is for AIX: on Linux "mounts" says where it is mounted`;
  }
  if (/^(?:PART)?(?:LABEL|UUID)=/iu.test(request.device)) {
    return "a file system that is to be made has no label yet: say the device";
  }
  if (request.type === undefined && request.command === undefined) {
    return '"filesystem" is missing: expected a type like "ext4"';
  }
  return request.type === undefined || /^[a-z][a-z0-9]{0,15}$/u.test(request.type)
    ? undefined
    : `"${request.type}" is no type of file system`;
}

async function findTarget(
  ctx: DistroContext,
  request: FileSystemRequest,
  path: string,
  planned: PlannedPartitions,
): Promise<Target> {
  const { partition } = request;
  const count = planned.get(path);
  if (count !== undefined && partition !== undefined) {
    const number = typeof partition === "number" ? partition : 1;
    return number <= count
      ? { kind: "free", path: partitionPath(path, number), isWholeDisk: false }
      : { kind: "refused", reason: `the disk has ${count} partitions` };
  }
  const tree = await readDiskTree(ctx.sys, path);
  if (tree === undefined) {
    return { kind: "refused", reason: `"${path}" is no block device` };
  }
  if (partition === "auto" || partition === "any") {
    return searchTarget(ctx.sys, request, tree);
  }
  if (partition === undefined) {
    return judge(ctx.sys, request, tree);
  }
  const wanted = partitionPath(path, partition);
  const found = tree.partitions.some((each) => each.path === wanted)
    ? await readDiskTree(ctx.sys, wanted)
    : undefined;
  return found === undefined
    ? { kind: "refused", reason: `there is no partition "${wanted}"` }
    : judge(ctx.sys, request, found);
}

async function judge(sys: System, request: FileSystemRequest, tree: DiskTree): Promise<Target> {
  const { path, type } = tree.device;
  const signature = await readSignature(sys, tree.device);
  if (isWanted(request, signature, true) && (!request.overwrite || tree.inUse !== undefined)) {
    return { kind: "done", path };
  }
  const { content } = signature;
  if (tree.inUse !== undefined) {
    return {
      kind: "refused",
      reason: `${tree.inUse}. It is left alone, whatever "overwrite" says`,
    };
  }
  if (tree.partitions.length > 0) {
    return {
      kind: "refused",
      reason: `"${path}" has partitions: say which one with "partition", or have "disk_setup" remove them`,
    };
  }
  if (content !== undefined && !request.overwrite) {
    return {
      kind: "left",
      reason: `File system "${request.name}" is not made: "${path}" holds "${content}" and is left alone. "overwrite: true" gives up what is on it`,
    };
  }
  return {
    kind: "free",
    path,
    isWholeDisk: type !== "part",
    ...(content === undefined ? {} : { content }),
  };
}

/**
 * cloud-init's documentation of fs_setup: one like it is used as it is, else a free partition, else the
 * disk where it is empty. What firmware boots from is never taken: it looks empty and is not.
 */
async function searchTarget(
  sys: System,
  request: FileSystemRequest,
  tree: DiskTree,
): Promise<Target> {
  const { device, partitions } = tree;
  const read = await Promise.all(
    [device, ...partitions].map(async (each) => ({
      path: each.path,
      isInUse: each.mountPoint !== undefined,
      isWholeDisk: each.path === device.path,
      signature: await readSignature(sys, each),
    })),
  );
  const all = read.filter(({ signature }) => !isReservedPartition(signature));
  const same = all.find(({ signature }) =>
    isWanted(request, signature, request.partition === "auto"),
  );
  if (same !== undefined) {
    return { kind: "done", path: same.path };
  }
  if (tree.inUse !== undefined && partitions.length === 0) {
    return { kind: "refused", reason: tree.inUse };
  }
  const usable: typeof all = [];
  for (const each of all.filter((one) => !one.isWholeDisk || partitions.length === 0)) {
    const own = each.isWholeDisk ? tree : await readDiskTree(sys, each.path);
    if (own !== undefined && own.inUse === undefined) {
      usable.push(each);
    }
  }
  const chosen =
    usable.find(
      ({ signature }) =>
        request.replaceType !== undefined && signature.type === request.replaceType,
    ) ?? usable.find(({ signature }) => signature.content === undefined);
  const last = usable.length === 1 && request.overwrite ? usable[0] : undefined;
  const target = chosen ?? last;
  if (target === undefined) {
    return {
      kind: "left",
      reason: `File system "${request.name}" is not made: no partition of "${device.path}" is free, nor is the disk; all of them are left alone`,
    };
  }
  const { path, isWholeDisk, signature } = target;
  return {
    kind: "free",
    path,
    isWholeDisk,
    ...(signature.content === undefined ? {} : { content: signature.content }),
  };
}

/** Whether the file system that is asked for is there. */
function isWanted(request: FileSystemRequest, signature: Signature, withLabel: boolean): boolean {
  return (
    request.type !== undefined &&
    signature.type === request.type &&
    (!withLabel || request.label === undefined || signature.label === request.label)
  );
}

function refuse(request: FileSystemRequest, reason: string): Problem {
  return { message: `Cannot make file system "${request.name}": ${reason}`, path: request.path };
}
