import { decodeShortName } from "./short-name.ts";
import { NotVfatError } from "./not-vfat-error.ts";

/** Where the parts of a FAT file system lie, as its first sector says. */
export interface BootSector {
  /** Bits of an entry of the allocation table. */
  readonly fatBits: 12 | 16 | 32;
  /** Bytes; from the beginning of the volume. */
  readonly fatOffsetBytes: number;
  readonly clusterBytes: number;
  /** Where cluster 2 begins. */
  readonly dataOffsetBytes: number;
  /** Clusters are numbered from 2 to this + 1. */
  readonly clusterCount: number;
  /** FAT12 and FAT16: the root directory, before the clusters. FAT32: its first cluster. */
  readonly root:
    | { readonly kind: "region"; readonly offsetBytes: number; readonly lengthBytes: number }
    | { readonly kind: "cluster"; readonly cluster: number };
  readonly volumeBytes: number;
  /** The label that stands here, "" where there is none; that in the root directory counts before it. */
  readonly label: string;
}

/**
 * Reads the BIOS parameter block ("Microsoft Extensible Firmware Initiative FAT32 File System
 * Specification", "Boot Sector and BPB"). What cannot be a FAT file system at all is a NotVfatError,
 * one whose sizes contradict each other an Error. As Linux does, one with no 16-bit table size is
 * FAT32 whatever its number of clusters is: small ones are made that way too.
 */
export function parseBootSector(bytes: Uint8Array): BootSector {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = readFields(view);
  const { sectorBytes, fatSectors16, rootEntryCount } = fields;
  const isFat32 = fatSectors16 === 0;
  const fatSectors = isFat32 ? view.getUint32(36, true) : fatSectors16;
  const totalSectors =
    fields.totalSectors16 === 0 ? view.getUint32(32, true) : fields.totalSectors16;
  if (fatSectors === 0 || totalSectors === 0) {
    throw notFat("its allocation table or the volume has no sectors");
  }
  const rootBytes = Math.ceil((rootEntryCount * ENTRY_BYTES) / sectorBytes) * sectorBytes;
  const fatOffsetBytes = fields.reservedSectors * sectorBytes;
  const rootOffsetBytes = fatOffsetBytes + fields.fatCount * fatSectors * sectorBytes;
  const dataOffsetBytes = rootOffsetBytes + rootBytes;
  const clusterBytes = sectorBytes * fields.sectorsPerCluster;
  const spaceBytes = totalSectors * sectorBytes - dataOffsetBytes;
  const spaceClusters = Math.floor(spaceBytes / clusterBytes);
  if (spaceClusters < 1) {
    throw new Error(
      `Cannot read the disc: its boot sector gives the volume ${totalSectors * sectorBytes} bytes, but the files begin at byte ${dataOffsetBytes}`,
    );
  }
  const fatBits = isFat32 ? 32 : spaceClusters > FAT12_CLUSTERS_MAX ? 16 : 12;
  // The table may have no room for all of them; those behind its end are never used.
  const tableClusters = Math.floor((fatSectors * sectorBytes * 8) / fatBits) - FIRST_CLUSTER;
  const clusterCount = Math.min(spaceClusters, tableClusters);
  if (isFat32) {
    checkFat32(view, rootEntryCount, clusterCount);
  }
  const labelAt = isFat32 ? 71 : 43;
  const hasLabel = view.getUint8(labelAt - 5) === EXTENDED_SIGNATURE;
  return {
    fatBits,
    fatOffsetBytes:
      fatOffsetBytes + activeFat(view, isFat32, fields.fatCount) * fatSectors * sectorBytes,
    clusterBytes,
    dataOffsetBytes,
    clusterCount,
    root: isFat32
      ? { kind: "cluster", cluster: view.getUint32(44, true) }
      : { kind: "region", offsetBytes: rootOffsetBytes, lengthBytes: rootEntryCount * ENTRY_BYTES },
    volumeBytes: totalSectors * sectorBytes,
    label: hasLabel ? readLabel(bytes.subarray(labelAt, labelAt + 11)) : "",
  };
}

/** Bytes that parseBootSector reads. */
export const BOOT_SECTOR_BYTES = 512;
/** The number of the first cluster that holds data. */
export const FIRST_CLUSTER = 2;
const ENTRY_BYTES = 32;
const FAT12_CLUSTERS_MAX = 4084;
/** FAT32 keeps 28 bits of a number. */
const FAT32_CLUSTERS_MAX = 0x0fff_fff5;
/** Says that serial number, label and type stand here. */
const EXTENDED_SIGNATURE = 0x29;
/** A second copy is usual; more are allowed. */
const FAT_COUNT_MAX = 8;

interface Fields {
  readonly sectorBytes: number;
  readonly sectorsPerCluster: number;
  readonly reservedSectors: number;
  readonly fatCount: number;
  readonly rootEntryCount: number;
  readonly totalSectors16: number;
  readonly fatSectors16: number;
}

/** The fields that every FAT has, each with a value that it can have. */
function readFields(view: DataView): Fields {
  if (view.byteLength < BOOT_SECTOR_BYTES) {
    throw notFat(`it has only ${view.byteLength} bytes`);
  }
  const jump = view.getUint8(0);
  if (view.getUint16(510, false) !== 0x55aa || (jump !== 0xeb && jump !== 0xe9)) {
    throw notFat("no boot sector is in sector 0");
  }
  const sectorBytes = view.getUint16(11, true);
  const sectorsPerCluster = view.getUint8(13);
  const media = view.getUint8(21);
  const fields: Fields = {
    sectorBytes,
    sectorsPerCluster,
    reservedSectors: view.getUint16(14, true),
    fatCount: view.getUint8(16),
    rootEntryCount: view.getUint16(17, true),
    totalSectors16: view.getUint16(19, true),
    fatSectors16: view.getUint16(22, true),
  };
  const isSane =
    isPowerOfTwo(sectorBytes) &&
    sectorBytes >= 512 &&
    sectorBytes <= 4096 &&
    isPowerOfTwo(sectorsPerCluster) &&
    fields.reservedSectors > 0 &&
    fields.fatCount > 0 &&
    fields.fatCount <= FAT_COUNT_MAX &&
    (media === 0xf0 || media >= 0xf8);
  if (!isSane) {
    throw notFat("the values in sector 0 are none of a FAT");
  }
  if (fields.fatSectors16 !== 0 && fields.rootEntryCount === 0) {
    throw notFat("its root directory has no entries");
  }
  return fields;
}

function checkFat32(view: DataView, rootEntryCount: number, clusterCount: number): void {
  const version = view.getUint16(42, true);
  if (version !== 0) {
    throw new Error(
      `Cannot read the disc: its FAT32 is of version ${version >> 8}.${version & 0xff}, expected 0.0`,
    );
  }
  if (rootEntryCount !== 0) {
    throw notFat("it has two root directories");
  }
  if (clusterCount > FAT32_CLUSTERS_MAX) {
    throw new Error(
      `Cannot read the disc: its boot sector gives it ${clusterCount} clusters, at most ${FAT32_CLUSTERS_MAX} can be numbered`,
    );
  }
}

/** Which copy of the table counts: the first, unless FAT32 says that it keeps only another one up to date. */
function activeFat(view: DataView, isFat32: boolean, fatCount: number): number {
  const flags = isFat32 ? view.getUint16(40, true) : 0;
  const active = (flags & 0x80) === 0 ? 0 : flags & 0x0f;
  if (active >= fatCount) {
    throw new Error(
      `Cannot read the disc: its boot sector says that allocation table ${active} counts, but there are ${fatCount}`,
    );
  }
  return active;
}

function readLabel(bytes: Uint8Array): string {
  const label = decodeShortName(bytes).trimEnd();
  return label === "NO NAME" ? "" : label;
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0;
}

function notFat(why: string): NotVfatError {
  return new NotVfatError(`Cannot find a FAT file system: ${why}`);
}
