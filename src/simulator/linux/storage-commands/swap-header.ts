import { Buffer } from "node:buffer";

/** A swap area's header as mkswap writes it (kernel, include/linux/swap.h, union swap_header). */
export interface SwapHeader {
  readonly label: string;
  readonly uuid: string;
}

const PAGE_BYTES = 4_096;
const MAGIC = "SWAPSPACE2";
const MAGIC_START = PAGE_BYTES - MAGIC.length;
const INFO_START = 1_024;
const UUID_START = INFO_START + 12;
const LABEL_START = UUID_START + 16;
const LABEL_BYTES = 16;

/** The first page of an area of that many bytes. */
export function createSwapHeader({ label, uuid }: SwapHeader, sizeBytes: number): Buffer {
  const page = Buffer.alloc(PAGE_BYTES);
  page.writeUInt32LE(1, INFO_START);
  page.writeUInt32LE(Math.floor(sizeBytes / PAGE_BYTES) - 1, INFO_START + 4);
  Buffer.from(uuid.replaceAll("-", ""), "hex").copy(page, UUID_START);
  page.write(label, LABEL_START, LABEL_BYTES, "utf8");
  page.write(MAGIC, MAGIC_START, "latin1");
  return page;
}

/** Whether a file begins as a swap area. */
export function isSwapArea(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(MAGIC_START, PAGE_BYTES)).toString("latin1") === MAGIC;
}
