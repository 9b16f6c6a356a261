import { shortNameChecksum } from "./short-name.ts";

/** Puts long names together from the entries that stand before the 8.3 entry of their file. */
export interface LongNameCollector {
  /** The next part, in the order of the directory. */
  add(entry: Uint8Array): void;
  /** The long name of the file whose 8.3 entry comes now; undefined where it has none, or its parts do not fit it. */
  take(entry: Uint8Array): string | undefined;
  /** The parts so far belong to a file that is gone. */
  drop(): void;
}

/**
 * A long name is in parts of 13 characters, the last part first, each with its number and with the
 * checksum of the 8.3 name (FAT specification, "Long Directory Entries"). Parts that an old system
 * left behind when it wrote another 8.3 name have a wrong checksum: then the 8.3 name counts.
 */
export function createLongNameCollector(): LongNameCollector {
  let parts: string[] = [];
  let nextOrdinal = 0;
  let checksum = 0;

  const drop = (): void => {
    parts = [];
    nextOrdinal = 0;
  };

  return {
    drop,
    add(entry) {
      const ordinal = entry[0] ?? 0;
      const number = ordinal & ORDINAL_MASK;
      const sum = entry[13] ?? 0;
      if ((ordinal & LAST_PART) !== 0) {
        drop();
        nextOrdinal = number;
        checksum = sum;
      }
      if (number === 0 || number > PARTS_MAX || number !== nextOrdinal || sum !== checksum) {
        drop();
        return;
      }
      parts.unshift(readPart(entry));
      nextOrdinal -= 1;
    },
    take(entry) {
      const isWhole = parts.length > 0 && nextOrdinal === 0;
      const name = isWhole && checksum === shortNameChecksum(entry) ? joinParts(parts) : undefined;
      drop();
      return name;
    },
  };
}

const LAST_PART = 0x40;
const ORDINAL_MASK = 0x3f;
/** 255 characters. */
const PARTS_MAX = 20;
/** Where the 13 characters stand, in UTF-16, little-endian. */
const CHARACTER_OFFSETS = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

function readPart(entry: Uint8Array): string {
  const view = new DataView(entry.buffer, entry.byteOffset, entry.byteLength);
  return CHARACTER_OFFSETS.map((at) => String.fromCharCode(view.getUint16(at, true))).join("");
}

/** The name ends at its first NUL, behind which 0xFFFF fills the part up. */
function joinParts(parts: readonly string[]): string {
  const text = parts.join("");
  const end = text.indexOf("\0");
  return end === -1 ? text : text.slice(0, end);
}
