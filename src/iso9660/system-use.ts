import type { Iso9660Limits } from "./iso9660-limits.ts";

/** One entry of a system use area (IEEE P1281 §4.1). */
export interface SystemUseEntry {
  /** Two letters: "NM", "PX". */
  readonly signature: string;
  /** What follows signature, length and version. */
  readonly data: Uint8Array;
}

/** Where a CE entry sends the reader: a part of a logical block (IEEE P1281 §5.1). */
export interface ContinuationArea {
  readonly block: number;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/**
 * The entries of one directory record, continuation areas included. An area ends at an ST entry,
 * at padding, or where an entry is longer than what is left. Throws where the continuation areas
 * go on for longer than `limits` allow, as they do in a circle.
 */
export function readSystemUse(
  area: Uint8Array,
  readContinuation: (continuation: ContinuationArea) => Uint8Array,
  limits: Iso9660Limits,
): readonly SystemUseEntry[] {
  const entries: SystemUseEntry[] = [];
  let next: Uint8Array | undefined = area;
  for (let hop = 0; next !== undefined; hop += 1) {
    if (hop > limits.continuationHopsMax) {
      throw new Error(
        `Cannot read the disc: the system use fields of a directory record go on for more than ${limits.continuationHopsMax} continuation areas`,
      );
    }
    const continuation = collectEntries(next, entries);
    next = continuation === undefined ? undefined : readContinuation(continuation);
  }
  return entries;
}

const HEADER_BYTES = 4;

/** Appends what is in `area` and returns its continuation. */
function collectEntries(area: Uint8Array, entries: SystemUseEntry[]): ContinuationArea | undefined {
  let continuation: ContinuationArea | undefined;
  let offset = 0;
  while (offset + HEADER_BYTES <= area.length) {
    const length = area[offset + 2] ?? 0;
    if (length < HEADER_BYTES || offset + length > area.length) {
      break;
    }
    const signature = String.fromCharCode(area[offset] ?? 0, area[offset + 1] ?? 0);
    const data = area.subarray(offset + HEADER_BYTES, offset + length);
    if (signature === "ST") {
      break;
    }
    if (signature === "CE") {
      continuation = parseContinuation(data);
    } else {
      entries.push({ signature, data });
    }
    offset += length;
  }
  return continuation;
}

function parseContinuation(data: Uint8Array): ContinuationArea | undefined {
  if (data.length < 24) {
    return undefined;
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return {
    block: view.getUint32(0, true),
    offsetBytes: view.getUint32(8, true),
    lengthBytes: view.getUint32(16, true),
  };
}
