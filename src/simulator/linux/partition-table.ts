import { isInUse, partitionPath, SECTOR_BYTES } from "./block-devices.ts";
import type { KernelPartition, LinuxDisk, LinuxStorage, PartitionTable } from "./storage.ts";

/** GUID of a partition with a Linux file system (UEFI specification, table of partition types). */
export const LINUX_GUID = "0FC63DAF-8483-4772-8E79-3D69D8477DE4";
/** Sectors of the second copy of a GPT, at the end of the disk. */
const GPT_BACKUP_SECTORS = 33;
const DOS_SECTORS_MAX = 4_294_967_295;

/** The last sector that partitions may use on a disk of this size. */
export function lastUsableSector(type: PartitionTable["type"], diskBytes: number): number {
  const sectors = Math.floor(diskBytes / SECTOR_BYTES);
  return type === "gpt" ? sectors - GPT_BACKUP_SECTORS - 1 : Math.min(sectors - 1, DOS_SECTORS_MAX);
}

/** Takes the table over into the kernel, as ioctl BLKRRPART: not while any partition is in use. */
export function rereadTable(storage: LinuxStorage, disk: LinuxDisk): boolean {
  if (disk.kernel.some(({ number }) => isInUse(storage, partitionPath(disk, number)))) {
    return false;
  }
  disk.kernel = partitionsOf(disk);
  return true;
}

/**
 * Tells the kernel partition by partition, as ioctl BLKPG: one in use can grow, and can neither go
 * nor move. Returns the numbers of those that could not be changed.
 */
export function updateKernel(storage: LinuxStorage, disk: LinuxDisk): readonly number[] {
  const wanted = partitionsOf(disk);
  const stuck: KernelPartition[] = [];
  for (const old of disk.kernel) {
    const next = wanted.find(({ number }) => number === old.number);
    const isKept = next?.startSector === old.startSector && next.sectors >= old.sectors;
    if (!isKept && isInUse(storage, partitionPath(disk, old.number))) {
      stuck.push(old);
    }
  }
  const numbers = stuck.map(({ number }) => number);
  disk.kernel = [...wanted.filter(({ number }) => !numbers.includes(number)), ...stuck].sort(
    (left, right) => left.number - right.number,
  );
  return numbers;
}

/**
 * Puts a table onto a disk. What began where a partition begins is still there; a new table lies
 * over what was on the whole disk. The kernel does not know yet.
 */
export function writeTable(disk: LinuxDisk, table: PartitionTable | undefined): void {
  disk.contents = disk.contents.filter(({ startSector }) => startSector > 0);
  if (table === undefined) {
    delete disk.table;
  } else {
    disk.table = {
      ...table,
      partitions: [...table.partitions].sort((left, right) => left.number - right.number),
    };
  }
}

function partitionsOf(disk: LinuxDisk): KernelPartition[] {
  return (disk.table?.partitions ?? []).map(({ number, startSector, sectors }) => ({
    number,
    startSector,
    sectors,
  }));
}
