import { decodeName } from "./names.ts";
import type { SystemUseEntry } from "./system-use.ts";

/** What Rock Ridge says of one directory record. */
export interface RockRidgeFields {
  /** The POSIX name, where one is given. */
  readonly name?: string;
  readonly isLink: boolean;
  /** The record stands for a directory that was moved up: its logical block. */
  readonly childBlock?: number;
  /** The record is where such a directory was moved to: it is not to be shown. */
  readonly isRelocated: boolean;
  /** Stored by zisofs. */
  readonly isCompressed: boolean;
}

/** Reads the Rock Ridge entries of a record (IEEE P1282 §4.1). */
export function parseRockRidge(entries: readonly SystemUseEntry[]): RockRidgeFields {
  const name = nameOf(entries);
  const childLink = entries.find((entry) => entry.signature === "CL" && entry.data.length >= 4);
  return {
    ...(name === undefined ? {} : { name }),
    isLink: entries.some(isLinkEntry),
    ...(childLink === undefined ? {} : { childBlock: firstNumber(childLink.data) }),
    isRelocated: entries.some((entry) => entry.signature === "RE"),
    isCompressed: entries.some(
      (entry) => entry.signature === "ZF" && decodeName(entry.data.subarray(0, 2)) === "pz",
    ),
  };
}

/**
 * Where the system use areas begin, from that of the root directory's "." record: its SP entry
 * (IEEE P1281 §5.3) comes first, after the 14 bytes of CD-ROM XA where those are used.
 * Undefined where there is none: the disc uses no system use fields.
 */
export function findSystemUseStart(
  area: Uint8Array,
): { readonly rootBytes: number; readonly skipBytes: number } | undefined {
  for (const rootBytes of [0, XA_BYTES]) {
    const [s, p, length, , be, ef, skipBytes] = area.subarray(rootBytes, rootBytes + 7);
    if (s === 0x53 && p === 0x50 && length === 7 && be === 0xbe && ef === 0xef) {
      return { rootBytes, skipBytes: skipBytes ?? 0 };
    }
  }
  return undefined;
}

/**
 * Whether the root directory's "." record announces Rock Ridge: an ER entry with one of its names
 * (IEEE P1282 §4.3), or entries that only Rock Ridge has.
 */
export function usesRockRidge(entries: readonly SystemUseEntry[]): boolean {
  return entries.some(({ signature, data }) => {
    if (signature === "ER") {
      return EXTENSION_NAMES.has(decodeName(data.subarray(4, 4 + (data[0] ?? 0))));
    }
    return signature === "PX" || signature === "RR";
  });
}

const XA_BYTES = 14;
const EXTENSION_NAMES = new Set(["RRIP_1991A", "IEEE_P1282", "IEEE_1282"]);
/** Flags of an NM entry, §4.1.4: the name goes on in the next one; "."; "..". */
const NAME_CONTINUES = 0x01;
const NAME_IS_DOT = 0x02;
const NAME_IS_DOT_DOT = 0x04;
/** POSIX file type bits in a PX entry, §4.1.1. */
const TYPE_MASK = 0o170000;
const TYPE_LINK = 0o120000;

function nameOf(entries: readonly SystemUseEntry[]): string | undefined {
  const parts: number[] = [];
  let isNamed = false;
  for (const { signature, data } of entries) {
    const flags = data[0];
    if (signature !== "NM" || flags === undefined) {
      continue;
    }
    if ((flags & (NAME_IS_DOT | NAME_IS_DOT_DOT)) !== 0) {
      return undefined;
    }
    isNamed = true;
    parts.push(...data.subarray(1));
    if ((flags & NAME_CONTINUES) === 0) {
      break;
    }
  }
  return isNamed ? decodeName(Uint8Array.from(parts)) : undefined;
}

function isLinkEntry({ signature, data }: SystemUseEntry): boolean {
  return (
    signature === "SL" ||
    (signature === "PX" && data.length >= 4 && (firstNumber(data) & TYPE_MASK) === TYPE_LINK)
  );
}

function firstNumber(data: Uint8Array): number {
  return new DataView(data.buffer, data.byteOffset, data.byteLength).getUint32(0, true);
}
