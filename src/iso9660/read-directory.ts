import { type DirectoryRecord, parseDirectoryRecord } from "./directory-record.ts";
import { type Iso9660Volume, readContinuation } from "./iso9660-volume.ts";
import { decodeName, decodeUcs2, isEntryName, withoutVersion } from "./names.ts";
import { parseRockRidge, type RockRidgeFields } from "./rock-ridge.ts";
import { readSystemUse } from "./system-use.ts";

/** A part of the disc, in bytes. */
export interface Extent {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** One entry of a directory, under the name that it is shown with. */
export interface DirectoryEntry {
  readonly name: string;
  readonly content:
    | { readonly kind: "file"; readonly extents: readonly Extent[] }
    /** Relocated: only where it begins is known; its own "." record says how long it is. */
    | { readonly kind: "directory"; readonly extent: Extent; readonly isRelocated: boolean }
    | { readonly kind: "unreadable"; readonly reason: string };
}

/**
 * Reads a directory (ECMA-119 §6.8). Left out are ".", "..", links, associated files, directories
 * at the place they were relocated to, and names that no file can have. `what` is for messages.
 */
export function readDirectory(
  volume: Iso9660Volume,
  extent: Extent,
  what: string,
): readonly DirectoryEntry[] {
  const entries: DirectoryEntry[] = [];
  let pending: { readonly first: DirectoryRecord; readonly extents: Extent[] } | undefined;
  for (const record of readRecords(volume, extent, what)) {
    if (isDot(record) || record.isAssociated) {
      continue;
    }
    const place = extentOf(volume, record);
    if (pending !== undefined && !sameBytes(pending.first.identifier, record.identifier)) {
      throw new Error(
        `Cannot read ${what}: the file "${decodeName(pending.first.identifier)}" goes on in a record that belongs to another file`,
      );
    }
    const file = pending ?? { first: record, extents: [] };
    file.extents.push(place);
    pending = record.hasMoreExtents ? file : undefined;
    if (pending === undefined) {
      const entry = toEntry(volume, file.first, file.extents);
      if (entry !== undefined && isEntryName(entry.name)) {
        entries.push(entry);
      }
    }
  }
  if (pending !== undefined) {
    throw new Error(
      `Cannot read ${what}: it ends in the middle of the file "${decodeName(pending.first.identifier)}"`,
    );
  }
  return entries;
}

/** The extent of a directory of which only the first block is known, by its "." record. */
export function findRelocatedExtent(volume: Iso9660Volume, extent: Extent, what: string): Extent {
  const { blockBytes } = volume.descriptor;
  const bytes = volume.reader.read(extent.offsetBytes, blockBytes, what);
  const record = parseDirectoryRecord(bytes, 0);
  if (record === undefined || !isDot(record) || !record.isDirectory) {
    throw new Error(`Cannot read ${what}: no directory is at byte ${extent.offsetBytes}`);
  }
  return extentOf(volume, record);
}

/** Where a record's data lies, after its extended attribute record (§9.1.2, §9.1.4). */
export function extentOf(
  volume: Pick<Iso9660Volume, "descriptor">,
  record: DirectoryRecord,
): Extent {
  return {
    offsetBytes: (record.extentBlock + record.attributeBlocks) * volume.descriptor.blockBytes,
    lengthBytes: record.dataBytes,
  };
}

function readRecords(
  volume: Iso9660Volume,
  extent: Extent,
  what: string,
): readonly DirectoryRecord[] {
  const { limits, used, reader } = volume;
  if (extent.lengthBytes > limits.directoryBytesMax) {
    throw new Error(
      `Cannot read ${what}: it has ${extent.lengthBytes} bytes, at most ${limits.directoryBytesMax} are read`,
    );
  }
  const bytes = reader.read(extent.offsetBytes, extent.lengthBytes, what);
  const records: DirectoryRecord[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const length = bytes[offset] ?? 0;
    if (length === 0) {
      // Unused to the end of the sector (§6.8.1.1); blocks may be smaller, and are then all unused.
      const { blockBytes } = volume.descriptor;
      offset = (Math.floor(offset / blockBytes) + 1) * blockBytes;
      continue;
    }
    const record = parseDirectoryRecord(bytes, offset);
    if (record === undefined) {
      throw new Error(`Cannot read ${what}: its record at byte ${offset} is damaged`);
    }
    used.entries += 1;
    if (used.entries > limits.entryCountMax) {
      throw new Error(
        `Cannot read ${what}: the directories of the disc have more than ${limits.entryCountMax} entries`,
      );
    }
    records.push(record);
    offset += length;
  }
  return records;
}

function toEntry(
  volume: Iso9660Volume,
  record: DirectoryRecord,
  extents: readonly Extent[],
): DirectoryEntry | undefined {
  const fields = rockRidgeOf(volume, record);
  if (fields.isLink || fields.isRelocated) {
    return undefined;
  }
  const name = fields.name ?? plainName(volume, record);
  const [extent] = extents;
  if (fields.childBlock !== undefined) {
    const offsetBytes = fields.childBlock * volume.descriptor.blockBytes;
    return {
      name,
      content: { kind: "directory", extent: { offsetBytes, lengthBytes: 0 }, isRelocated: true },
    };
  }
  if (record.isDirectory && extent !== undefined) {
    return { name, content: { kind: "directory", extent, isRelocated: false } };
  }
  if (record.isInterleaved) {
    return { name, content: { kind: "unreadable", reason: "it is recorded interleaved" } };
  }
  if (fields.isCompressed) {
    return { name, content: { kind: "unreadable", reason: "it is compressed by zisofs" } };
  }
  return { name, content: { kind: "file", extents } };
}

function rockRidgeOf(volume: Iso9660Volume, record: DirectoryRecord): RockRidgeFields {
  if (volume.naming.kind !== "rock-ridge") {
    return { isLink: false, isRelocated: false, isCompressed: false };
  }
  const area = record.systemUse.subarray(volume.naming.skipBytes);
  const entries = readSystemUse(area, (next) => readContinuation(volume, next), volume.limits);
  return parseRockRidge(entries);
}

function plainName(volume: Iso9660Volume, record: DirectoryRecord): string {
  const decode = volume.naming.kind === "joliet" ? decodeUcs2 : decodeName;
  const name = decode(record.identifier);
  return record.isDirectory ? name : withoutVersion(name);
}

function isDot(record: DirectoryRecord): boolean {
  const [first] = record.identifier;
  return record.identifier.length === 1 && (first === 0 || first === 1);
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
