import { type DirectoryRecord, parseDirectoryRecord } from "./directory-record.ts";
import type { Iso9660Limits } from "./iso9660-limits.ts";
import { decodeName, decodeUcs2 } from "./names.ts";
import { NotIso9660Error } from "./not-iso9660-error.ts";
import { PastTheEndError, SECTOR_BYTES, type SectorReader } from "../system/sector-reader.ts";

/** What a volume descriptor says of the file tree below it. */
export interface VolumeDescriptor {
  /** Without the blanks that fill it up. */
  readonly label: string;
  readonly blockBytes: number;
  readonly volumeBytes: number;
  readonly root: DirectoryRecord;
}

/** The descriptors of a disc that lead to a file tree. */
export interface VolumeDescriptors {
  readonly primary: VolumeDescriptor;
  readonly joliet?: VolumeDescriptor;
}

/**
 * Reads the volume descriptors, from sector 16 to the terminator (ECMA-119 §6.7.1, §8).
 * Throws a NotIso9660Error where there is no primary one, an Error where one contradicts itself.
 */
export function readVolumeDescriptors(
  reader: SectorReader,
  limits: Iso9660Limits,
): VolumeDescriptors {
  let primary: VolumeDescriptor | undefined;
  let joliet: VolumeDescriptor | undefined;
  for (let index = 0; index < limits.descriptorCountMax; index += 1) {
    const sector = readDescriptorSector(reader, FIRST_DESCRIPTOR_SECTOR + index, index === 0);
    const type = sector === undefined ? TYPE_TERMINATOR : sector[0];
    if (sector === undefined || type === TYPE_TERMINATOR) {
      break;
    }
    if (type === TYPE_PRIMARY && primary === undefined) {
      primary = parseDescriptor(sector, "primary", decodeName);
    } else if (type === TYPE_SUPPLEMENTARY && joliet === undefined && isJoliet(sector)) {
      joliet = parseDescriptor(sector, "Joliet", decodeUcs2);
    }
  }
  if (primary === undefined) {
    throw new NotIso9660Error("Cannot find a primary volume descriptor: this is no ISO 9660 disc");
  }
  return joliet === undefined ? { primary } : { primary, joliet };
}

const FIRST_DESCRIPTOR_SECTOR = 16;
/** Every disc has that many sectors from the first descriptor on: §8, and a root directory. */
const FIRST_READ_SECTORS = 4;
/** Volume descriptor types, §8.1.1. */
const TYPE_PRIMARY = 1;
const TYPE_SUPPLEMENTARY = 2;
const TYPE_TERMINATOR = 255;
/** A logical block is a power of two, at least 512 bytes and at most a logical sector (§6.2.2). */
const BLOCK_BYTES = new Set([512, 1024, 2048]);

/** Undefined where the sequence of descriptors ends without a terminator. */
function readDescriptorSector(
  reader: SectorReader,
  sector: number,
  isFirst: boolean,
): Uint8Array | undefined {
  const offset = sector * SECTOR_BYTES;
  if (reader.sizeBytes !== undefined && reader.sizeBytes < offset + SECTOR_BYTES) {
    if (isFirst) {
      throw new NotIso9660Error(
        `Cannot find a volume descriptor: it would be at byte ${offset}, but there are only ${reader.sizeBytes} bytes`,
      );
    }
    return undefined;
  }
  if (isFirst) {
    reader.allowReadAhead(offset + FIRST_READ_SECTORS * SECTOR_BYTES);
  }
  const bytes = readOrRefuse(reader, offset, isFirst);
  if (decodeName(bytes.subarray(1, 6)) === "CD001") {
    return bytes;
  }
  if (isFirst) {
    throw new NotIso9660Error('Cannot find "CD001" in sector 16: this is no ISO 9660 disc');
  }
  return undefined;
}

/** A disc that ends before its first descriptor is no ISO 9660 disc, also where it does not tell its size. */
function readOrRefuse(reader: SectorReader, offset: number, isFirst: boolean): Uint8Array {
  try {
    return reader.read(offset, SECTOR_BYTES, "the volume descriptors");
  } catch (error) {
    if (isFirst && error instanceof PastTheEndError) {
      throw new NotIso9660Error(error.message, { cause: error });
    }
    throw error;
  }
}

/**
 * UCS-2 level 1, 2 or 3 by its escape sequence (Joliet specification, "SVD Escape Sequences
 * Field"), registered as bit 0 of the volume flags says (ECMA-119 §8.5.3).
 */
function isJoliet(sector: Uint8Array): boolean {
  const [first, second, third] = sector.subarray(88, 91);
  return (
    ((sector[7] ?? 0) & 1) === 0 &&
    first === 0x25 &&
    second === 0x2f &&
    (third === 0x40 || third === 0x43 || third === 0x45)
  );
}

function parseDescriptor(
  sector: Uint8Array,
  kind: string,
  decodeLabel: (bytes: Uint8Array) => string,
): VolumeDescriptor {
  const view = new DataView(sector.buffer, sector.byteOffset, sector.byteLength);
  const blockBytes = view.getUint16(128, true);
  if (!BLOCK_BYTES.has(blockBytes)) {
    throw new Error(
      `Cannot read the disc: its ${kind} volume descriptor gives a block size of ${blockBytes} bytes, expected 512, 1024 or 2048`,
    );
  }
  const root = parseDirectoryRecord(sector.subarray(0, 190), 156);
  if (root === undefined || !root.isDirectory) {
    throw new Error(
      `Cannot read the disc: the root directory record in its ${kind} volume descriptor is damaged`,
    );
  }
  return {
    label: decodeLabel(sector.subarray(40, 72)).replace(/[\s\0]+$/u, ""),
    blockBytes,
    volumeBytes: view.getUint32(80, true) * blockBytes,
    root,
  };
}
