import type { FileTree } from "../system/file-tree.ts";
import { createSectorReader } from "../system/sector-reader.ts";
import type { RandomAccessFile } from "../system/system.ts";
import { BOOT_SECTOR_BYTES, parseBootSector } from "./boot-sector.ts";
import { NotVfatError } from "./not-vfat-error.ts";
import { readDirectory } from "./read-directory.ts";
import { VFAT_LIMITS, type VfatLimits } from "./vfat-limits.ts";
import { createVfatTree } from "./vfat-tree.ts";
import type { VfatVolume } from "./vfat-volume.ts";

/** A FAT disc or an image of one, open for reading. */
export interface VfatImage {
  /** The volume label: that of the root directory, else that of the boot sector, else "". */
  readonly label: string;
  /** The label in the boot sector, which programs that rename a disc may leave behind; "" where there is none. */
  readonly bootLabel: string;
  readonly fatBits: 12 | 16 | 32;
  /** Reads from the file that was given; no longer usable once that is closed. */
  readonly tree: FileTree;
}

/**
 * Opens a FAT12, FAT16 or FAT32 file system without mounting it, with long names as Windows and
 * Linux write them ("Microsoft Extensible Firmware Initiative FAT32 File System Specification").
 * Reads whole sectors of 2,048 bytes, so that raw devices do. Throws a NotVfatError where there is
 * no such file system, an Error where it is damaged or passes a limit; so does the tree. The file
 * stays the caller's to close.
 */
export function openVfat(file: RandomAccessFile, limits: VfatLimits = VFAT_LIMITS): VfatImage {
  const { sizeBytes } = file;
  if (sizeBytes !== undefined && sizeBytes < BOOT_SECTOR_BYTES) {
    throw new NotVfatError(`Cannot find a FAT file system: there are only ${sizeBytes} bytes`);
  }
  const reader = createSectorReader(file);
  const boot = parseBootSector(reader.read(0, BOOT_SECTOR_BYTES, "the boot sector"));
  reader.allowReadAhead(boot.volumeBytes);
  const volume: VfatVolume = { reader, limits, boot, used: { entries: 0 } };
  const { label } = readDirectory(volume, { kind: "root" }, "the root directory");
  return {
    label: label === undefined || label === "" ? boot.label : label,
    bootLabel: boot.label,
    fatBits: boot.fatBits,
    tree: createVfatTree(volume),
  };
}
