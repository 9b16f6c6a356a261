import type { LinuxDisk, LinuxPartition, PartitionTable } from "../storage.ts";
import { SECTOR_BYTES } from "../block-devices.ts";

const GRAIN = 2_048;
const GPT_BACKUP_SECTORS = 33;

/** The first free room for a partition behind the one that was made last, else from the start of the disk, at a full MiB; or the room from `from` on, undefined where that is taken. */
export function findGap(
  disk: LinuxDisk,
  table: PartitionTable,
  taken: readonly LinuxPartition[],
  from?: number,
): { readonly startSector: number; readonly sectors: number } | undefined {
  const total = Math.floor(disk.sizeBytes / SECTOR_BYTES);
  const last =
    table.type === "gpt" ? Math.min(table.lastUsable, total - GPT_BACKUP_SECTORS - 1) : total - 1;
  const sorted = [...taken].sort((left, right) => left.startSector - right.startSector);
  const roundUp = (sector: number): number => Math.ceil(sector / GRAIN) * GRAIN;
  const ends = sorted.map(({ startSector, sectors }) => roundUp(startSector + sectors));
  const newest = taken.at(-1);
  const behind = newest === undefined ? GRAIN : roundUp(newest.startSector + newest.sectors);
  const starts =
    from === undefined
      ? [...[GRAIN, ...ends].filter((start) => start >= behind), GRAIN, ...ends]
      : [from];
  for (const startSector of starts) {
    const isTaken = sorted.some(
      (each) => startSector >= each.startSector && startSector < each.startSector + each.sectors,
    );
    const next = sorted.find((each) => each.startSector > startSector)?.startSector ?? last + 1;
    const isRoom = next - startSector >= (from === undefined ? GRAIN : 1) && startSector <= last;
    if (!isTaken && isRoom) {
      return { startSector, sectors: next - startSector };
    }
  }
  return undefined;
}
