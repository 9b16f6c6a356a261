import { Buffer } from "node:buffer";

/** How many bytes of a file `describeContent` looks at. */
export const CONTENT_HEAD_BYTES = 1024;

/** What a file that is no disc seems to be, for a message: "a gzip file (unpack it first)". */
export function describeContent(head: Uint8Array): string {
  if (head.length === 0) {
    return "an empty file";
  }
  const text = Buffer.from(head).toString("latin1");
  const magic = MAGIC.find(([start]) => text.startsWith(start));
  if (magic !== undefined) {
    return magic[1];
  }
  if (text.startsWith("FAT1", FAT16_NAME_OFFSET) || text.startsWith("FAT32", FAT32_NAME_OFFSET)) {
    return "a damaged FAT file system";
  }
  if (USER_DATA_START.test(text)) {
    return "user-data (name it with --user-data)";
  }
  if (/^[\t\n\r\P{Cc}]*$/u.test(text)) {
    return /^\s*[{[]/u.test(text) ? "JSON text" : "a text file";
  }
  return head.every((byte) => byte === 0) ? "nothing but zeros" : "something else";
}

/** First bytes, as file(1) knows them. */
const MAGIC: readonly (readonly [string, string])[] = [
  ["\x1F\x8B", "a gzip file (unpack it first)"],
  ["PK\x03\x04", "a zip file (unpack it first)"],
  ["QFI\xFB", "a qcow2 image (convert it to raw first)"],
];
/** Of BS_FilSysType in a boot sector. Source: Microsoft FAT specification, section 3.3. */
const FAT16_NAME_OFFSET = 54;
const FAT32_NAME_OFFSET = 82;
const USER_DATA_START = /^\s*(?:#cloud-|#!|#include|Content-Type:|MIME-Version:|## template)/iu;
