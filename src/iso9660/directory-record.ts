/** One record of a directory, as on the disc (ECMA-119 §9.1). */
export interface DirectoryRecord {
  /** Logical block where its extent begins. */
  readonly extentBlock: number;
  /** Blocks of the extended attribute record, which comes before the data (§9.1.2). */
  readonly attributeBlocks: number;
  /** Without the extended attribute record. */
  readonly dataBytes: number;
  readonly isDirectory: boolean;
  /** Extra data of another file of the same name, e.g. a resource fork (§9.1.6, bit 2). */
  readonly isAssociated: boolean;
  /** The file goes on in the next record (§9.1.6, bit 7). */
  readonly hasMoreExtents: boolean;
  /** Recorded with gaps (§9.1.7, §9.1.8). */
  readonly isInterleaved: boolean;
  /** The one byte 0 stands for ".", the one byte 1 for ".." (§7.6.2). */
  readonly identifier: Uint8Array;
  readonly systemUse: Uint8Array;
}

/**
 * The record at `offset`, which must lie within `bytes` whole; undefined where its sizes contradict
 * each other. Of numbers that are there in both byte orders (§7.3.3) the little-endian one counts.
 */
export function parseDirectoryRecord(
  bytes: Uint8Array,
  offset: number,
): DirectoryRecord | undefined {
  const length = bytes[offset] ?? 0;
  const identifierLength = bytes[offset + 32] ?? 0;
  const identifierEnd = FIXED_BYTES + identifierLength;
  if (identifierLength === 0 || identifierEnd > length || offset + length > bytes.length) {
    return undefined;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, length);
  const flags = view.getUint8(25);
  // A padding byte makes the position after the identifier even (§9.1.12).
  const systemUseStart = Math.min(length, identifierEnd + (identifierEnd % 2));
  return {
    extentBlock: view.getUint32(2, true),
    attributeBlocks: view.getUint8(1),
    dataBytes: view.getUint32(10, true),
    isDirectory: (flags & 0x02) !== 0,
    isAssociated: (flags & 0x04) !== 0,
    hasMoreExtents: (flags & 0x80) !== 0,
    isInterleaved: view.getUint8(26) !== 0 || view.getUint8(27) !== 0,
    identifier: bytes.subarray(offset + FIXED_BYTES, offset + identifierEnd),
    systemUse: bytes.subarray(offset + systemUseStart, offset + length),
  };
}

const FIXED_BYTES = 33;
