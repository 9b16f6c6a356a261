import type { RandomAccessFile } from "./system.ts";
import { errorMessage } from "../text/error-message.ts";

/**
 * Logical sector of an optical disc, in bytes (ECMA-119 §6.1.2). Raw devices accept only reads that begin
 * and end on such a boundary.
 */
export const SECTOR_BYTES = 2048;

/** What was to be read lies behind the end of the disc. */
export class PastTheEndError extends Error {}

/** Reads of a disc, made of whole sectors, the last small ones kept. */
export interface SectorReader {
  /** Undefined for devices that do not tell. */
  readonly sizeBytes: number | undefined;
  /** All `lengthBytes`, the caller's to keep, or an Error that names `what`: past the end, or the device failed. */
  read(offsetBytes: number, lengthBytes: number, what: string): Uint8Array;
  /** Small reads take the sectors behind them along, as far as this. */
  allowReadAhead(endBytes: number): void;
}

/** A reader over `file`, which stays the caller's to close. */
export function createSectorReader(file: RandomAccessFile): SectorReader {
  const cache = new Map<number, Uint8Array>();
  let readAheadEnd = 0;

  function readSectors(first: number, count: number, what: string): Uint8Array {
    const kept = fromCache(cache, first, count);
    if (kept !== undefined) {
      return kept;
    }
    const aheadEnd = Math.min(
      Math.floor(readAheadEnd / SECTOR_BYTES),
      Math.floor((file.sizeBytes ?? Number.POSITIVE_INFINITY) / SECTOR_BYTES),
      first + READ_AHEAD_SECTORS,
    );
    const wanted = Math.max(count, aheadEnd - first);
    const bytes = readFrom(file, first * SECTOR_BYTES, wanted * SECTOR_BYTES, what);
    if (count <= READ_AHEAD_SECTORS) {
      keep(cache, first, bytes);
    }
    return bytes;
  }

  return {
    sizeBytes: file.sizeBytes,
    allowReadAhead(endBytes) {
      readAheadEnd = endBytes;
    },
    read(offsetBytes, lengthBytes, what) {
      const end = offsetBytes + lengthBytes;
      if (file.sizeBytes !== undefined && end > file.sizeBytes) {
        throw pastTheEnd(what, end, file.sizeBytes);
      }
      const whole = new Uint8Array(lengthBytes);
      let position = offsetBytes;
      while (position < end) {
        const first = Math.floor(position / SECTOR_BYTES);
        const count = Math.min(CHUNK_SECTORS, Math.ceil(end / SECTOR_BYTES) - first);
        const bytes = readSectors(first, count, what);
        const start = position - first * SECTOR_BYTES;
        const stop = Math.min(count * SECTOR_BYTES, end - first * SECTOR_BYTES);
        if (bytes.length < stop) {
          throw pastTheEnd(what, end, first * SECTOR_BYTES + bytes.length);
        }
        whole.set(bytes.subarray(start, stop), position - offsetBytes);
        position = first * SECTOR_BYTES + stop;
      }
      return whole;
    },
  };
}

/** Large files are read in pieces, so that one whose size is a lie fails before much was read. */
const CHUNK_SECTORS = 512;
const READ_AHEAD_SECTORS = 16;
const CACHED_SECTORS_MAX = 256;

function readFrom(
  file: RandomAccessFile,
  offsetBytes: number,
  lengthBytes: number,
  what: string,
): Uint8Array {
  try {
    return file.read(offsetBytes, lengthBytes);
  } catch (error) {
    throw new Error(`Cannot read ${what} at byte ${offsetBytes}: ${errorMessage(error)}`, {
      cause: error,
    });
  }
}

function fromCache(
  cache: ReadonlyMap<number, Uint8Array>,
  first: number,
  count: number,
): Uint8Array | undefined {
  if (count > READ_AHEAD_SECTORS) {
    return undefined;
  }
  const whole = new Uint8Array(count * SECTOR_BYTES);
  for (let index = 0; index < count; index += 1) {
    const bytes = cache.get(first + index);
    if (bytes === undefined) {
      return undefined;
    }
    whole.set(bytes, index * SECTOR_BYTES);
  }
  return whole;
}

function keep(cache: Map<number, Uint8Array>, first: number, bytes: Uint8Array): void {
  for (let index = 0; (index + 1) * SECTOR_BYTES <= bytes.length; index += 1) {
    // Deleted first, since a Map keeps the place of a key it knows: the oldest must come first.
    cache.delete(first + index);
    cache.set(first + index, bytes.slice(index * SECTOR_BYTES, (index + 1) * SECTOR_BYTES));
  }
  for (const sector of cache.keys()) {
    if (cache.size <= CACHED_SECTORS_MAX) {
      return;
    }
    cache.delete(sector);
  }
}

function pastTheEnd(what: string, needed: number, there: number): Error {
  return new PastTheEndError(
    `Cannot read ${what}: it reaches to byte ${needed}, but the disc ends at byte ${there}`,
  );
}
