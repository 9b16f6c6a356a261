import type { Problem } from "../../text/problem.ts";
import type { System } from "../../system/system.ts";
import type { DistroContext } from "../distro.ts";
import type { DiskGrowth } from "../growth-adapter.ts";
import { type GrowthMemory, readGrowthMemory, writeGrowthMemory } from "../growth-memory.ts";
import {
  type GrowthRun,
  readVolumeGroupFacts,
  runLvm,
  type VolumeGroupFacts,
} from "./growth-lvm.ts";
import { findGrowthTargets } from "./growth-targets.ts";
import { type PhysicalVolume, readPhysicalVolumes } from "./physical-volumes.ts";

const CHVG = "/usr/sbin/chvg";
const BOOTINFO = "/usr/sbin/bootinfo";
const GETCONF = "/usr/bin/getconf";
const QUERY = { okExitCodes: "any", timeoutMs: 60_000 } as const;
/** A volume group loses one partition of a disk to its own records. */
const GAIN_MIN = 2;
/** A disk that AIX sees anew only at varyonvg: the next boot does that, and then nothing helps. */
const ATTEMPTS_MAX = 2;
const PARTITIONS_PER_FACTOR = 1_016;

interface SizedDisk extends PhysicalVolume {
  readonly sizeMb: number;
}

/**
 * `chvg -g` for each volume group that has a disk larger than the partitions it counts on it
 * (aix commands.md §6.3). A disk that is as large as when it was last looked at is not looked into
 * again: a boot where nothing grew asks lspv, and the size of each disk.
 */
export async function growVolumeGroups(
  ctx: DistroContext,
  request: DiskGrowth,
  run: GrowthRun,
): Promise<readonly Problem[]> {
  const disks = await readPhysicalVolumes(ctx.sys);
  run.rootDisks.names = disks.flatMap(({ disk, volumeGroup }) =>
    volumeGroup === "rootvg" ? [disk] : [],
  );
  const { groups, problems } = await findGrowthTargets(ctx.sys, disks, request.devices);
  const found = [...problems];
  const memory = readGrowthMemory(ctx.sys.fs, request.memoryFile);
  for (const group of groups) {
    const sized = await measureDisks(
      ctx,
      disks.filter(({ volumeGroup }) => volumeGroup === group),
    );
    if (sized.every((disk) => isSettled(memory, disk))) {
      ctx.log.debug(`No disk of volume group ${group} has grown`);
    } else {
      const { problem, isSettled: isDone } = await growOne(ctx, group, sized, run);
      if (problem !== undefined) {
        found.push({ ...problem, path: ["growpart"] });
      }
      remember(memory, sized, isDone);
    }
  }
  writeGrowthMemory(ctx.sys.fs, request.memoryFile, memory);
  return found;
}

interface Outcome {
  readonly problem?: Problem;
  /** False: growing had no effect. Undefined: it is to be tried again. */
  readonly isSettled?: boolean;
}

async function growOne(
  ctx: DistroContext,
  group: string,
  disks: readonly SizedDisk[],
  run: GrowthRun,
): Promise<Outcome> {
  const facts = await readVolumeGroupFacts(ctx.sys, group, namesOf(disks));
  if (typeof facts === "string") {
    const message = `Cannot see whether the disks of volume group "${group}" have grown: ${facts}`;
    return { problem: { message, severity: "warning" } };
  }
  const grown = findGrown(facts, disks);
  if (grown.length === 0) {
    ctx.log.debug(`Volume group ${group} uses all of its disks`);
    return { isSettled: true };
  }
  const sizes = grown.map((disk) => describe(facts, disk)).join(", ");
  const refuse = (reason: string): string =>
    `Cannot grow volume group "${group}": ${reason}. ${sizes}`;
  if (facts.isConcurrent) {
    const message = refuse(
      "AIX does not look for grown disks while the group is varied on in concurrent mode. Vary it on in normal mode on one machine and run chvg -g there",
    );
    return { problem: { message, severity: "warning" }, isSettled: false };
  }
  ctx.log.info(`Growing volume group ${group}: ${sizes}`);
  const limit = await raiseLimit(ctx, facts, grown, run);
  const outcome = await runLvm(ctx.sys, [CHVG, "-g", group], run.patience);
  if (!outcome.isDone) {
    const hint = outcome.isLocked
      ? `Another LVM command works on it: the next boot tries again. Where none does, "chvg -u ${group}" takes the lock away`
      : (limit ??
        `AIX may see the new size only after varyoffvg and varyonvg, for rootvg after a restart; then "chvg -g ${group}"`);
    return { problem: { message: `${refuse(outcome.failure)}. ${hint}` } };
  }
  if (outcome.isPlanned) {
    const gain = grown.reduce((sum, { partitions, used }) => sum + partitions - used, 0);
    run.plannedGain.set(group, gain);
    return {};
  }
  return judge(ctx, facts, disks, limit);
}

/** What chvg has made of it. */
async function judge(
  ctx: DistroContext,
  before: VolumeGroupFacts,
  disks: readonly SizedDisk[],
  limit: string | undefined,
): Promise<Outcome> {
  const { name } = before;
  const after = await readVolumeGroupFacts(ctx.sys, name, namesOf(disks));
  if (typeof after === "string") {
    return {
      problem: { message: `Cannot see what volume group "${name}" has become: ${after}` },
    };
  }
  const gained = after.totalPartitions - before.totalPartitions;
  if (gained > 0) {
    ctx.log.info(
      `Volume group ${name} has ${after.totalPartitions} partitions of ${after.partitionMb} MB, ${gained} more than before (${gained * after.partitionMb} MB)`,
    );
  }
  const left = findGrown(after, disks);
  if (left.length === 0) {
    return { isSettled: true };
  }
  const sizes = left.map((disk) => describe(after, disk)).join(", ");
  const message = `Volume group "${name}" did not take all of its disks, although "${CHVG} -g ${name}" ended well. ${sizes}. ${limit ?? "AIX may see the new size only after varyoffvg and varyonvg, for rootvg after a restart: the next boot tries once more"}`;
  return { problem: { message, severity: "warning" }, isSettled: false };
}

function namesOf(disks: readonly SizedDisk[]): readonly string[] {
  return disks.map(({ disk }) => disk);
}

interface GrownDisk extends SizedDisk {
  /** Partitions that it is counted with. */
  readonly used: number;
  /** Partitions that fit on it. */
  readonly partitions: number;
}

function findGrown(facts: VolumeGroupFacts, disks: readonly SizedDisk[]): readonly GrownDisk[] {
  return disks.flatMap((disk) => {
    const used = facts.disks.get(disk.disk);
    const fitting = Math.floor(disk.sizeMb / facts.partitionMb);
    return used === undefined || fitting - used < GAIN_MIN
      ? []
      : [{ ...disk, used, partitions: fitting - 1 }];
  });
}

function describe({ partitionMb }: VolumeGroupFacts, disk: GrownDisk): string {
  return `${disk.disk} has ${disk.sizeMb} MB, of which ${disk.used * partitionMb} MB are counted (${disk.used} partitions of ${partitionMb} MB)`;
}

/**
 * A normal or big volume group counts at most 1016 partitions of a disk, times a factor: chvg -t
 * raises it, and lowers how many disks the group may have. That is done where the disks that it has
 * stay allowed. Returns what to do by hand where that does not help.
 */
async function raiseLimit(
  ctx: DistroContext,
  facts: VolumeGroupFacts,
  grown: readonly GrownDisk[],
  run: GrowthRun,
): Promise<string | undefined> {
  const { name, diskPartitionsMax, groupPartitionsMax = 0 } = facts;
  // Whether AIX keeps a whole partition for its records, or the rest of the disk, nobody here knows: one more.
  const needed = Math.max(...grown.map(({ partitions }) => partitions + 1));
  if (diskPartitionsMax === undefined) {
    const gain = grown.reduce((sum, { partitions, used }) => sum + partitions - used, 0);
    const total = facts.totalPartitions + gain;
    return total > groupPartitionsMax && groupPartitionsMax > 0
      ? `The group may have at most ${groupPartitionsMax} partitions: "chvg -P ${Math.ceil(total / 1_024)} ${name}" allows more`
      : undefined;
  }
  if (needed <= diskPartitionsMax) {
    return undefined;
  }
  const factor = Math.ceil(needed / PARTITIONS_PER_FACTOR);
  const disksMax = Math.floor(groupPartitionsMax / PARTITIONS_PER_FACTOR / factor);
  const limit = `The group counts at most ${diskPartitionsMax} partitions of ${facts.partitionMb} MB of a disk`;
  if (disksMax < facts.disks.size) {
    return `${limit}, and ${needed} would leave it too few disks: change it to a big ("chvg -B ${name}") or scalable one ("chvg -G ${name}", varied off), or make one with larger partitions`;
  }
  const { isDone, failure } = await runLvm(
    ctx.sys,
    [CHVG, "-t", String(factor), name],
    run.patience,
  );
  if (!isDone) {
    return `${limit}, and that could not be raised: ${failure}`;
  }
  ctx.log.info(
    `Volume group ${name} may count ${factor * PARTITIONS_PER_FACTOR} partitions of a disk, and have ${disksMax} disks`,
  );
  return undefined;
}

/** Disks that do not tell their size are left out. */
async function measureDisks(
  ctx: DistroContext,
  disks: readonly PhysicalVolume[],
): Promise<readonly SizedDisk[]> {
  const sized: SizedDisk[] = [];
  for (const disk of disks) {
    const sizeMb = await readDiskSizeMb(ctx.sys, disk.disk);
    if (sizeMb === undefined) {
      ctx.log.debug(`Disk ${disk.disk} does not tell its size: it is not looked at`);
    } else {
      sized.push({ ...disk, sizeMb });
    }
  }
  return sized;
}

/** By bootinfo, which only root may call, else by getconf. Undefined where neither tells. */
export async function readDiskSizeMb(sys: System, disk: string): Promise<number | undefined> {
  return (
    (await askSize(sys, [BOOTINFO, "-s", disk])) ??
    askSize(sys, [GETCONF, "DISK_SIZE", `/dev/${disk}`])
  );
}

async function askSize(sys: System, argv: readonly string[]): Promise<number | undefined> {
  const { exitCode, stdout } = await sys.exec.query(argv, QUERY);
  const digits = /^\s*(\d{1,12})\s*$/u.exec(stdout)?.[1];
  return exitCode === 0 && digits !== undefined && Number(digits) > 0 ? Number(digits) : undefined;
}

function isSettled(memory: GrowthMemory, { pvid = "", sizeMb }: SizedDisk): boolean {
  const seen = memory.disks.get(pvid);
  return seen?.size === sizeMb && (seen.attempts === 0 || seen.attempts >= ATTEMPTS_MAX);
}

function remember(
  memory: GrowthMemory,
  disks: readonly SizedDisk[],
  isDone: boolean | undefined,
): void {
  for (const { pvid, sizeMb } of isDone === undefined ? [] : disks) {
    if (pvid !== undefined) {
      const seen = memory.disks.get(pvid);
      const attempts = isDone === true ? 0 : seen?.size === sizeMb ? seen.attempts + 1 : 1;
      memory.disks.set(pvid, { size: sizeMb, attempts });
    }
  }
}
