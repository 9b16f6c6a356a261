import { parseSizeBytes } from "../../text/size.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import { suggestSwapBytes } from "../posix/swap-size.ts";
import type { SwapRequest } from "../volume-adapter.ts";
import { parseLogicalVolumes } from "./logical-volumes.ts";
import { readAttribute, runOdm } from "./odm.ts";

const LSVG = "/usr/sbin/lsvg";
const LSPS = "/usr/sbin/lsps";
const CHPS = "/usr/sbin/chps";
const MKPS = "/usr/sbin/mkps";
const LSLV = "/usr/sbin/lslv";
const CHLV = "/usr/sbin/chlv";
/** What mklv and mkps let a volume have; only above it the volume is asked for its own limit. */
const USUAL_PARTITIONS_MAX = 512;
const QUERY = { okExitCodes: "any", timeoutMs: 60_000 } as const;
const CHANGE_TIMEOUT_MS = 600_000;
const MEGABYTE = 2 ** 20;

/**
 * Makes the paging space of one volume group at least so large (aix commands.md §6.6), never
 * smaller: the largest one grows by chps, mkps makes one where there is none. Sizes are whole
 * partitions. What does not fit into the group is refused before anything is changed.
 */
export async function ensurePagingSpace(
  ctx: DistroContext,
  swap: SwapRequest,
): Promise<readonly Problem[]> {
  const group = swap.volumeGroup ?? "rootvg";
  if (swap.filename !== undefined) {
    return refuse(
      "filename",
      `Cannot make swap file "${swap.filename}": paging space on AIX is a logical volume, never a file. Leave "filename" out; "volume_group" says where, rootvg by default`,
    );
  }
  if (!/^[A-Za-z][\w.-]{0,14}$/u.test(group)) {
    return refuse("volume_group", `Cannot make paging space: "${group}" is no volume group's name`);
  }
  const details = await ctx.sys.exec.query([LSVG, group], QUERY);
  const facts = parseVolumeGroup(details.stdout);
  if (details.exitCode !== 0 || facts === undefined) {
    return refuse(
      "volume_group",
      `Cannot make paging space in "${group}": it is not there or not varied on (${oneLine(details.stderr)})`,
    );
  }
  const spaces = await readPagingSpaces(ctx, group);
  const total = spaces.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const wanted = await chooseSize(ctx, swap, total + facts.freePartitions * facts.partitionBytes);
  if (typeof wanted === "string") {
    return refuse("size", wanted);
  }
  const count = Math.ceil((wanted - total) / facts.partitionBytes);
  if (count <= 0) {
    ctx.log.debug(`Paging space in ${group} is ${total / MEGABYTE} MB already: nothing to do`);
    return [];
  }
  const [largest] = [...spaces].sort((a, b) => b.sizeBytes - a.sizeBytes);
  const needed = count * (largest?.copies ?? 1);
  if (needed > facts.freePartitions) {
    const free = (facts.freePartitions * facts.partitionBytes) / MEGABYTE;
    return refuse(
      "size",
      `Cannot make the paging space of "${group}" ${wanted / MEGABYTE} MB large: it is ${total / MEGABYTE} MB, ${(needed * facts.partitionBytes) / MEGABYTE} MB more are needed, and ${free} MB are free in the group. Nothing is changed`,
    );
  }
  const argv =
    largest === undefined
      ? [MKPS, "-a", "-n", "-s", String(count), group]
      : [CHPS, "-s", String(count), largest.name];
  const partitions = (largest?.sizeBytes ?? 0) / facts.partitionBytes + count;
  const raised = largest === undefined ? 0 : await raiseMaximum(ctx, largest.name, partitions);
  if (typeof raised === "string") {
    return refuse("size", `${raised}. Nothing is changed`);
  }
  const failure = await change(ctx, argv);
  const remains =
    raised === 0 ? "" : `. It may have ${raised} partitions now; nothing else changed`;
  return failure === undefined ? [] : refuse("size", `${failure}${remains}`);
}

/** Lets a volume have so many partitions where it may not. Returns the new limit, 0 where that need not be, or what went wrong. */
async function raiseMaximum(
  ctx: DistroContext,
  volume: string,
  partitions: number,
): Promise<number | string> {
  if (partitions <= USUAL_PARTITIONS_MAX) {
    return 0;
  }
  const { stdout } = await ctx.sys.exec.query([LSLV, volume], QUERY);
  const most = /^MAX LPs:\s+(\d+)/mu.exec(stdout)?.[1];
  if (most === undefined || Number(most) >= partitions) {
    return 0;
  }
  return (await change(ctx, [CHLV, "-x", String(partitions), volume])) ?? partitions;
}

/** Runs it, again while another command has the volume group. Returns how it failed. */
async function change(ctx: DistroContext, argv: readonly string[]): Promise<string | undefined> {
  const { exitCode, stderr } = await runOdm(ctx.sys, argv, {
    okExitCodes: "any",
    timeoutMs: CHANGE_TIMEOUT_MS,
  });
  return exitCode === 0
    ? undefined
    : `"${argv.join(" ")}" ended with exit code ${exitCode}: ${oneLine(stderr)}`;
}

function oneLine(text: string): string {
  return text.trim().replace(/\s+/gu, " ");
}

/** Bytes in all, or why nothing tells. For "auto", by the memory of the partition (`realmem`, in KB). */
async function chooseSize(
  ctx: DistroContext,
  swap: SwapRequest,
  freeBytes: number,
): Promise<number | string> {
  if (swap.sizeBytes !== "auto") {
    return swap.sizeBytes;
  }
  const text = await readAttribute(ctx.sys, "sys0", "realmem");
  const memoryBytes = /^\d{1,12}$/u.test(text ?? "") ? Number(text) * 1024 : 0;
  if (memoryBytes === 0) {
    return `Cannot tell how large the paging space should be: expected the memory in KB in "realmem" of sys0, got ${text === undefined ? "nothing" : `"${text}"`}. Say "size" as a number`;
  }
  const { maxBytes } = swap;
  const bytes = suggestSwapBytes({
    memoryBytes,
    freeBytes,
    ...(maxBytes === undefined ? {} : { maxBytes }),
  });
  ctx.log.info(
    `Paging space of ${Math.floor(bytes / MEGABYTE)} MB suits ${Math.floor(memoryBytes / MEGABYTE)} MB of memory, with ${Math.floor(freeBytes / MEGABYTE)} MB for it`,
  );
  return bytes;
}

/** `lsvg VG`: partition size and what is free; undefined where it does not tell (`?????` where varied off). */
export function parseVolumeGroup(
  text: string,
): { readonly partitionBytes: number; readonly freePartitions: number } | undefined {
  const size = /\bPP SIZE:\s+(\d+) megabyte/u.exec(text)?.[1];
  const free = /\bFREE PPs:\s+(\d+)/u.exec(text)?.[1];
  return size === undefined || free === undefined || Number(size) === 0
    ? undefined
    : { partitionBytes: Number(size) * MEGABYTE, freePartitions: Number(free) };
}

/** `lsps -a`: name, disk, volume group, size of each row. One on several disks has a row for each. */
export function parsePagingSpaces(text: string, group: string): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [name, , rowGroup, size] = line.trim().split(/\s+/u);
    const bytes = parseSizeBytes(size);
    if (name !== undefined && rowGroup === group && bytes !== undefined) {
      sizes.set(name, (sizes.get(name) ?? 0) + bytes);
    }
  }
  return sizes;
}

/** A paging space. */
export interface PagingSpace {
  readonly name: string;
  readonly sizeBytes: number;
  /** 2 and more where it is mirrored: each logical partition takes so many physical ones. */
  readonly copies: number;
}

/** The paging spaces of a volume group that is varied on. */
export async function readPagingSpaces(
  ctx: Pick<DistroContext, "sys">,
  group: string,
): Promise<readonly PagingSpace[]> {
  const sizes = parsePagingSpaces((await ctx.sys.exec.query([LSPS, "-a"], QUERY)).stdout, group);
  const volumes = parseLogicalVolumes(
    (await ctx.sys.exec.query([LSVG, "-l", group], QUERY)).stdout,
  );
  return [...sizes].map(([name, sizeBytes]) => {
    const volume = volumes.find((candidate) => candidate.name === name);
    const copies =
      volume === undefined || volume.logicalPartitions === 0
        ? 1
        : Math.max(1, Math.ceil(volume.physicalPartitions / volume.logicalPartitions));
    return { name, sizeBytes, copies };
  });
}

function refuse(key: string, message: string): readonly Problem[] {
  return [{ message, path: ["swap", key] }];
}
