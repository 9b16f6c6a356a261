import { readTextIfExists } from "../system/files.ts";
import type { FileSystem } from "../system/system.ts";
import { writeIfDifferent } from "../system/write-if-different.ts";
import { isRecord } from "../text/record.ts";

/**
 * What growing has done and seen on one instance, kept beside its semaphores. The modules run at
 * every boot: from it they know that "+2G" is done, and that a disk is as large as it was.
 */
export interface GrowthMemory {
  /** By PVID (AIX), or by device and type of file system (Linux). */
  readonly disks: Map<string, SeenDisk>;
  /** By mount point: entries of `growfs`. */
  readonly fileSystems: Map<string, GrownFileSystem>;
}

export interface SeenDisk {
  /** In the unit of whoever looked. */
  readonly size: number;
  /** How often growing into this size had no effect, or was handed over and not looked at since; 0: nothing is left to do. */
  readonly attempts: number;
}

export interface GrownFileSystem {
  /** The entry's text: another text is another wish. */
  readonly wish: string;
  /** False: begun, perhaps cut off. */
  readonly isDone: boolean;
  readonly targetMb: number;
  readonly volumeGroup: string;
  /** Partitions of the volume group at that time: a share is due again where it has more. */
  readonly totalPartitions: number;
}

const MODE = 0o600;

/** What the file holds; what cannot be read in it counts as not done. */
export function readGrowthMemory(fs: FileSystem, path: string): GrowthMemory {
  const memory: GrowthMemory = { disks: new Map(), fileSystems: new Map() };
  const text = readTextIfExists(fs, path);
  const document = text === undefined ? undefined : parse(text);
  if (!isRecord(document)) {
    return memory;
  }
  for (const [name, { size, attempts }] of recordsIn(document["disks"])) {
    if (typeof size === "number" && typeof attempts === "number") {
      memory.disks.set(name, { size, attempts });
    }
  }
  for (const [mountPoint, step] of recordsIn(document["fileSystems"])) {
    const { wish, isDone, targetMb, volumeGroup, totalPartitions } = step;
    if (
      typeof wish === "string" &&
      typeof isDone === "boolean" &&
      typeof targetMb === "number" &&
      typeof volumeGroup === "string" &&
      typeof totalPartitions === "number"
    ) {
      const grown = { wish, isDone, targetMb, volumeGroup, totalPartitions };
      memory.fileSystems.set(mountPoint, grown);
    }
  }
  return memory;
}

/** Keeps it, so that a power cut does not lose it. Nothing is written where nothing changed. */
export function writeGrowthMemory(fs: FileSystem, path: string, memory: GrowthMemory): void {
  const document = {
    disks: Object.fromEntries(memory.disks),
    fileSystems: Object.fromEntries(memory.fileSystems),
  };
  if (memory.disks.size + memory.fileSystems.size > 0) {
    writeIfDifferent(fs, path, `${JSON.stringify(document, null, 1)}\n`, {
      mode: MODE,
      durable: true,
    });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function recordsIn(value: unknown): readonly [string, Readonly<Record<string, unknown>>][] {
  return isRecord(value)
    ? Object.entries(value).flatMap(([key, item]): [string, Readonly<Record<string, unknown>>][] =>
        isRecord(item) ? [[key, item]] : [],
      )
    : [];
}
