import { errorMessage } from "../../text/error-message.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import type { FileSystemGrowth, GrowthSize, GrowthWish } from "../growth-adapter.ts";
import {
  type GrownFileSystem,
  type GrowthMemory,
  readGrowthMemory,
  writeGrowthMemory,
} from "../growth-memory.ts";
import { type FileSystemTarget, findGrowthTarget } from "./growth-file-system-target.ts";
import { growJfs2 } from "./growth-jfs2.ts";
import {
  type GrowthRun,
  type LogicalVolumeFacts,
  readLogicalVolumeFacts,
  readVolumeGroupFacts,
} from "./growth-lvm.ts";

const MEGABYTE = 2 ** 20;

/** What a volume group has left, counted down as its file systems grow (a plan grows none). */
interface Room {
  readonly partitionMb: number;
  readonly totalPartitions: number;
  free: number;
  /** What was free before the first share of it. */
  shareBase?: number;
}

interface Growing {
  readonly ctx: DistroContext;
  readonly memory: GrowthMemory;
  readonly memoryFile: string;
  readonly rooms: Map<string, Room>;
  readonly run: GrowthRun;
  readonly problems: Problem[];
}

/**
 * Grows jfs2 file systems as `growfs` says: sizes in their order, then shares of what is left. What
 * does not fit into the volume group is refused before anything is changed.
 */
export async function growAixFileSystems(
  ctx: DistroContext,
  request: FileSystemGrowth,
  run: GrowthRun,
): Promise<readonly Problem[]> {
  const { memoryFile, wishes } = request;
  const memory = readGrowthMemory(ctx.sys.fs, memoryFile);
  const growing: Growing = {
    ctx,
    memory,
    memoryFile,
    rooms: new Map(),
    run,
    problems: [],
  };
  const shares = wishes.filter(({ size }) => size.kind === "share");
  for (const wish of [...wishes.filter((each) => !shares.includes(each)), ...shares]) {
    const message = await growOne(growing, wish);
    if (message !== undefined) {
      growing.problems.push({ message, path: wish.path });
    }
  }
  return growing.problems;
}

/** Undefined, or why it was not grown. */
async function growOne(growing: Growing, wish: GrowthWish): Promise<string | undefined> {
  const { ctx, memory } = growing;
  const { mountPoint, size, text } = wish;
  const past = memory.fileSystems.get(mountPoint);
  const begun = past?.wish === text ? past : undefined;
  if (begun?.isDone === true && !(await isDueAgain(growing, size, begun))) {
    ctx.log.debug(`File system ${mountPoint} has been grown by ${text} on this instance`);
    return undefined;
  }
  const refuse = (reason: string): string =>
    `Cannot grow file system "${mountPoint}" (${text}): ${reason}`;
  const target = await findGrowthTarget(ctx.sys, mountPoint);
  if (typeof target === "string") {
    return refuse(target);
  }
  if (size.kind === "at-least" && target.sizeMb * MEGABYTE >= size.bytes) {
    tellLargeEnough(growing, wish, target);
    return undefined;
  }
  const volume = await readLogicalVolumeFacts(ctx.sys, target.logicalVolume);
  if (typeof volume === "string") {
    return refuse(volume);
  }
  const room = await readRoom(growing, volume.volumeGroup);
  if (typeof room === "string") {
    return refuse(room);
  }
  const partitions = partitionsFor({ growing, wish, target, volume, room, begun });
  const more = Math.max(0, partitions - volume.partitions) * volume.copies;
  if (more > room.free) {
    return refuse(tellRoom(volume, room, target, more));
  }
  const targetMb = partitions * volume.partitionMb;
  const step: GrownFileSystem = {
    wish: text,
    isDone: false,
    targetMb,
    volumeGroup: volume.volumeGroup,
    totalPartitions: room.totalPartitions,
  };
  if (targetMb > target.sizeMb) {
    keep(growing, mountPoint, step, "before");
    const failure = await growJfs2(
      ctx,
      { mountPoint, target, volume, partitions },
      growing.run.patience,
    );
    if (failure !== undefined) {
      return refuse(failure);
    }
    room.free -= more;
    ctx.log.info(
      `File system ${mountPoint} grows from ${target.sizeMb} MB to ${targetMb} MB (growfs ${text})`,
    );
  } else {
    const why =
      begun === undefined || begun.isDone
        ? `volume group ${volume.volumeGroup} has nothing left for it`
        : "it had grown when the machine went down";
    ctx.log.info(`File system ${mountPoint} stays at ${target.sizeMb} MB (${text}): ${why}`);
  }
  keep(growing, mountPoint, { ...step, isDone: true }, "after");
  return undefined;
}

/** A size is asked about at each boot; what is added is added once; a share of free space comes again when its volume group has grown. */
async function isDueAgain(
  growing: Growing,
  size: GrowthSize,
  past: GrownFileSystem,
): Promise<boolean> {
  if (size.kind !== "share") {
    return size.kind === "at-least";
  }
  const room = await readRoom(growing, past.volumeGroup);
  return typeof room !== "string" && room.totalPartitions > past.totalPartitions;
}

interface Decision {
  readonly growing: Growing;
  readonly wish: GrowthWish;
  readonly target: FileSystemTarget;
  readonly volume: LogicalVolumeFacts;
  readonly room: Room;
  readonly begun: GrownFileSystem | undefined;
}

/** Logical partitions that the volume is to have, the size rounded up to whole ones. */
function partitionsFor(decision: Decision): number {
  const { growing, wish, target, volume, room, begun } = decision;
  const { size } = wish;
  if (size.kind === "share") {
    const isFinished = begun?.isDone === false && target.sizeMb >= begun.targetMb;
    return isFinished
      ? volume.partitions
      : volume.partitions + shareOf(growing, wish, size.percent, volume, room);
  }
  const wantedMb =
    size.kind === "at-least"
      ? size.bytes / MEGABYTE
      : // Begun and cut off: the end that was decided on then, or it would be added twice.
        begun?.isDone === false
        ? begun.targetMb
        : target.sizeMb + size.bytes / MEGABYTE;
  return Math.ceil(wantedMb / volume.partitionMb);
}

/** Shares count what was free after the sizes; what is more than all of it goes to the first ones. */
function shareOf(
  growing: Growing,
  wish: GrowthWish,
  percent: number,
  volume: LogicalVolumeFacts,
  room: Room,
): number {
  room.shareBase ??= room.free;
  const wanted = Math.floor((room.shareBase * percent) / 100 / volume.copies);
  const left = Math.floor(room.free / volume.copies);
  if (wanted > left) {
    const megabytes = (partitions: number): string => `${partitions * volume.partitionMb} MB`;
    growing.problems.push({
      message: `File system "${wish.mountPoint}" gets ${megabytes(left)} and not ${megabytes(wanted)} (${wish.text}): entries of growfs before it take the rest of volume group "${volume.volumeGroup}"`,
      severity: "warning",
      path: wish.path,
    });
  }
  return Math.min(wanted, left);
}

function tellLargeEnough(growing: Growing, wish: GrowthWish, target: FileSystemTarget): void {
  const { mountPoint, text, size, path } = wish;
  const { memory, ctx } = growing;
  const isKnown = memory.fileSystems.get(mountPoint)?.wish === text;
  const wantedMb = size.kind === "share" ? 0 : size.bytes / MEGABYTE;
  if (isKnown || target.sizeMb - wantedMb < 1) {
    ctx.log.debug(`File system ${mountPoint} has ${target.sizeMb} MB: nothing to do for ${text}`);
  } else {
    growing.problems.push({
      message: `File system "${mountPoint}" has ${target.sizeMb} MB and is not made smaller (${text})`,
      severity: "warning",
      path,
    });
  }
  const done = {
    wish: text,
    isDone: true,
    targetMb: wantedMb,
    volumeGroup: "",
    totalPartitions: 0,
  };
  if (!isKnown) {
    keep(growing, mountPoint, done, "after");
  }
}

function tellRoom(
  volume: LogicalVolumeFacts,
  room: Room,
  target: FileSystemTarget,
  more: number,
): string {
  const copies = volume.copies > 1 ? ` (${volume.copies} copies)` : "";
  return `it has ${target.sizeMb} MB, ${more * room.partitionMb} MB more${copies} are needed, and volume group "${volume.volumeGroup}" has ${room.free * room.partitionMb} MB free. Nothing is changed; ask for less, "100%FREE" for all there is, or give the group another disk`;
}

async function readRoom(growing: Growing, group: string): Promise<Room | string> {
  const known = growing.rooms.get(group);
  if (known !== undefined) {
    return known;
  }
  const facts = await readVolumeGroupFacts(growing.ctx.sys, group);
  if (typeof facts === "string") {
    return facts;
  }
  const gain = growing.run.plannedGain.get(group) ?? 0;
  const room = {
    partitionMb: facts.partitionMb,
    totalPartitions: facts.totalPartitions + gain,
    free: facts.freePartitions + gain,
  };
  growing.rooms.set(group, room);
  return room;
}

/** A disk that is full keeps nothing; growing may be what helps it. After that it has to be kept. */
function keep(
  { ctx, memory, memoryFile }: Growing,
  mountPoint: string,
  step: GrownFileSystem,
  when: "before" | "after",
): void {
  memory.fileSystems.set(mountPoint, step);
  try {
    writeGrowthMemory(ctx.sys.fs, memoryFile, memory);
  } catch (error) {
    if (when === "after") {
      throw error;
    }
    ctx.log.warn(`Cannot keep what is about to be done in "${memoryFile}": ${errorMessage(error)}`);
  }
}
