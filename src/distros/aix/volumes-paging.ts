import { parseSizeBytes } from "../../text/size.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import type { SwapRequest } from "../volume-adapter.ts";
import { parseLogicalVolumes } from "./logical-volumes.ts";

const LSVG = "/usr/sbin/lsvg";
const LSPS = "/usr/sbin/lsps";
const CHPS = "/usr/sbin/chps";
const MKPS = "/usr/sbin/mkps";
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
      `Cannot make paging space in "${group}": it is not there or not varied on (${details.stderr.trim()})`,
    );
  }
  const spaces = await readPagingSpaces(ctx, group);
  const total = spaces.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const count = Math.ceil((swap.sizeBytes - total) / facts.partitionBytes);
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
      `Cannot make the paging space of "${group}" ${swap.sizeBytes / MEGABYTE} MB large: it is ${total / MEGABYTE} MB, ${(needed * facts.partitionBytes) / MEGABYTE} MB more are needed, and ${free} MB are free in the group. Nothing is changed`,
    );
  }
  const argv =
    largest === undefined
      ? [MKPS, "-a", "-n", "-s", String(count), group]
      : [CHPS, "-s", String(count), largest.name];
  const { exitCode, stderr } = await ctx.sys.exec.run(argv, {
    okExitCodes: "any",
    timeoutMs: CHANGE_TIMEOUT_MS,
  });
  return exitCode === 0
    ? []
    : refuse("size", `"${argv.join(" ")}" ended with exit code ${exitCode}: ${stderr.trim()}`);
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

interface PagingSpace {
  readonly name: string;
  readonly sizeBytes: number;
  /** 2 and more where it is mirrored: each logical partition takes so many physical ones. */
  readonly copies: number;
}

async function readPagingSpaces(
  ctx: DistroContext,
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
