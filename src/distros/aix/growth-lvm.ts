import { pollUntil } from "../../system/retry.ts";
import type { System } from "../../system/system.ts";
import type { SeenRootDisks } from "./seen-root-disks.ts";
import { parseVolumeGroup } from "./volumes-paging.ts";

const LSVG = "/usr/sbin/lsvg";
const LSLV = "/usr/sbin/lslv";
const QUERY = { okExitCodes: "any", timeoutMs: 60_000 } as const;
const CHANGE_TIMEOUT_MS = 600_000;
const LOCK_INTERVAL_MS = 2_000;
const MEGABYTE = 2 ** 20;

/** `lsvg VG` and `lsvg -p VG`. */
export interface VolumeGroupFacts {
  readonly name: string;
  readonly partitionMb: number;
  readonly totalPartitions: number;
  readonly freePartitions: number;
  /** Absent for scalable ones. */
  readonly diskPartitionsMax?: number;
  readonly groupPartitionsMax?: number;
  /** Varied on in concurrent mode. */
  readonly isConcurrent: boolean;
  /** Partitions by disk; none where they were not asked for. */
  readonly disks: ReadonlyMap<string, number>;
}

/** `lslv LV`. */
export interface LogicalVolumeFacts {
  readonly name: string;
  readonly volumeGroup: string;
  readonly partitions: number;
  readonly partitionsMax: number;
  readonly copies: number;
  readonly partitionMb: number;
}

/** How a command that changes LVM ended. */
export interface LvmOutcome {
  readonly isDone: boolean;
  /** In a plan, where it did not run. */
  readonly isPlanned: boolean;
  /** Another command had the lock, to the end. */
  readonly isLocked: boolean;
  /** For a message: the command line, how it ended, what it said. "" where it is done. */
  readonly failure: string;
}

/**
 * Reads without LVM's lock (-L), which another command may hold: the group and its `disks`, where they
 * are given. Of a group with one disk all partitions are that disk's. A text: why there are none.
 */
export async function readVolumeGroupFacts(
  sys: System,
  name: string,
  disks: readonly string[] = [],
): Promise<VolumeGroupFacts | string> {
  const details = await sys.exec.query([LSVG, "-L", name], QUERY);
  const [only] = disks.length === 1 && hasOneDisk(details.stdout) ? disks : [];
  const list =
    disks.length === 0 || only !== undefined
      ? ""
      : (await sys.exec.query([LSVG, "-L", "-p", name], QUERY)).stdout;
  const parsed = parseVolumeGroupFacts(name, details.stdout, list);
  const facts =
    parsed === undefined || only === undefined
      ? parsed
      : { ...parsed, disks: new Map([[only, parsed.totalPartitions]]) };
  if (details.exitCode !== 0 || facts === undefined) {
    const said = oneLine(details.stderr === "" ? details.stdout : details.stderr);
    return `"${LSVG} -L ${name}" ended with exit code ${details.exitCode}${said === "" ? "" : `: ${said}`}`;
  }
  return facts;
}

/** By what the group itself says: a disk that is gone still counts in it. */
function hasOneDisk(details: string): boolean {
  return /\bTOTAL PVs:\s+1(?:\s|$)/u.test(details);
}

/** The two outputs (aix commands.md §6.2); undefined where they do not tell, as for a group that is off. */
export function parseVolumeGroupFacts(
  name: string,
  details: string,
  disks: string,
): VolumeGroupFacts | undefined {
  const room = parseVolumeGroup(details);
  const total = /\bTOTAL PPs:\s+(\d+)/u.exec(details)?.[1];
  if (room === undefined || total === undefined) {
    return undefined;
  }
  const perDisk = /\bMAX PPs per PV:\s+(\d+)/u.exec(details)?.[1];
  const perGroup = /\bMAX PPs per VG:\s+(\d+)/u.exec(details)?.[1];
  const rows = disks.split("\n").flatMap((line): [string, number][] => {
    const [, disk = "", partitions] = /^(\S+)\s+\S+\s+(\d+)\s+\d+(?:\s|$)/u.exec(line) ?? [];
    return partitions === undefined ? [] : [[disk, Number(partitions)]];
  });
  return {
    name,
    partitionMb: room.partitionBytes / MEGABYTE,
    totalPartitions: Number(total),
    freePartitions: room.freePartitions,
    ...(perDisk === undefined ? {} : { diskPartitionsMax: Number(perDisk) }),
    ...(perGroup === undefined ? {} : { groupPartitionsMax: Number(perGroup) }),
    isConcurrent: /\bVG Mode:\s+Concurrent/iu.test(details),
    disks: new Map(rows),
  };
}

/** A text: why there are none. */
export async function readLogicalVolumeFacts(
  sys: System,
  name: string,
): Promise<LogicalVolumeFacts | string> {
  const { exitCode, stdout, stderr } = await sys.exec.query([LSLV, "-L", name], QUERY);
  const facts = parseLogicalVolumeFacts(name, stdout);
  return exitCode === 0 && facts !== undefined
    ? facts
    : `"${LSLV} -L ${name}" ended with exit code ${exitCode}: ${oneLine(stderr)}`;
}

/** The output of `lslv LV` (aix commands.md §6.2). */
export function parseLogicalVolumeFacts(
  name: string,
  text: string,
): LogicalVolumeFacts | undefined {
  const value = (label: string): string | undefined =>
    new RegExp(`(?:^|\\s)${label}:\\s+(\\S+)`, "mu").exec(text)?.[1];
  const volumeGroup = value("VOLUME GROUP");
  const numbers = ["LPs", "MAX LPs", "COPIES", "PP SIZE"].map((label) =>
    Number((label === "LPs" ? /^LPs:\s+(\d+)/mu.exec(text)?.[1] : value(label)) ?? Number.NaN),
  );
  const [partitions = 0, partitionsMax = 0, copies = 1, partitionMb = 0] = numbers;
  return volumeGroup === undefined || numbers.some((number) => !(number > 0))
    ? undefined
    : { name, volumeGroup, partitions, partitionsMax, copies, partitionMb };
}

/** How long this run still waits for locks, all of its commands together. */
export interface LockPatience {
  leftMs: number;
  /** The command that did not end in time: what comes after it would not either. */
  hanging?: string;
}

/** What the parts of one run of the agent tell each other. */
export interface GrowthRun {
  /** Partitions that volume groups would have more, had a planned chvg run. */
  readonly plannedGain: Map<string, number>;
  readonly patience: LockPatience;
  /** For other parts of this run: the disks are listed once. */
  readonly rootDisks: SeenRootDisks;
}

/**
 * Runs a command that changes LVM, again while another one holds the lock of the volume group. The
 * lock is never taken away: whoever has it may be in the middle of its work. Some commands wait for
 * the lock themselves: after one that did not end in time no other is begun.
 */
export async function runLvm(
  sys: System,
  argv: readonly string[],
  patience: LockPatience,
): Promise<LvmOutcome> {
  const line = argv.join(" ");
  if (patience.hanging !== undefined) {
    const failure = `"${line}" was not run, since "${patience.hanging}" did not end in time`;
    return { isDone: false, isPlanned: false, isLocked: true, failure };
  }
  const startMs = sys.clock.monotonicMs();
  let last: LvmOutcome = { isDone: true, isPlanned: true, isLocked: false, failure: "" };
  const settled = await pollUntil(
    sys,
    async () => {
      last = await attempt(sys, argv, patience);
      return last.isLocked && patience.hanging === undefined ? undefined : last;
    },
    { timeoutMs: patience.leftMs, intervalMs: LOCK_INTERVAL_MS },
  );
  if (settled === undefined || last.isLocked) {
    patience.leftMs = Math.max(0, patience.leftMs - (sys.clock.monotonicMs() - startMs));
  }
  return last;
}

async function attempt(
  sys: System,
  argv: readonly string[],
  patience: LockPatience,
): Promise<LvmOutcome> {
  let isPlanned = true;
  const { exitCode, stdout, stderr, timedOut } = await sys.exec.run(argv, {
    okExitCodes: "any",
    timeoutMs: CHANGE_TIMEOUT_MS,
    verify: async () => {
      isPlanned = false;
      return undefined;
    },
  });
  if (exitCode === 0) {
    return { isDone: true, isPlanned, isLocked: false, failure: "" };
  }
  if (timedOut) {
    patience.hanging = argv.join(" ");
  }
  const said = oneLine(stderr.trim() === "" ? stdout : stderr);
  const how = timedOut ? "did not end in time" : `ended with exit code ${exitCode}`;
  return {
    isDone: false,
    isPlanned,
    isLocked: timedOut || /\block(?:ed)?\b/iu.test(said),
    failure: `"${argv.join(" ")}" ${how}${said === "" ? "" : `: ${said}`}`,
  };
}

/** Messages of AIX are folded over several lines; the full stop is the sentence's around it. */
function oneLine(text: string): string {
  return text.trim().replace(/\s+/gu, " ").replace(/\.$/u, "");
}
