import { errorMessage } from "../../text/error-message.ts";
import type { System } from "../../system/system.ts";
import { createSilenceWatch, describeSilence } from "../silent-devices.ts";

/** Everything that could own a disk has its mark in there: LVM, file systems, ASM, GPFS, partition tables. */
const LOOKED_AT_BYTES = 2 ** 20;
const CHUNK_BYTES = 2 ** 16;
const SECTOR_BYTES = 512;
/** IPLRECID of sys/bootrecord.h: the record in sector 0 that holds the PVID. */
const IPL_RECORD_ID = [0xc9, 0xc2, 0xd4, 0xc1];
/** PSN_LVM_REC and LVM_LVMID of lvmrec.h. */
const LVM_RECORD_BYTE = 7 * SECTOR_BYTES;
const LVM_RECORD_ID = [0x5f, 0x4c, 0x56, 0x4d];

/**
 * What keeps a disk from being used without being told to overwrite it; undefined for a disk whose
 * first megabyte holds nothing but a PVID, which lspv shows.
 */
export async function findDiskContent(sys: System, disk: string): Promise<string | undefined> {
  const path = `/dev/r${disk}`;
  const watch = createSilenceWatch(sys);
  await watch.ask([[path]]);
  return watch.probe(path) === undefined
    ? readDiskContent(sys, path)
    : `what is on it cannot be told (${describeSilence(path)})`;
}

function readDiskContent(sys: System, path: string): string | undefined {
  try {
    const file = sys.fs.open(path);
    try {
      for (let offset = 0; offset < LOOKED_AT_BYTES;) {
        const bytes = file.read(offset, CHUNK_BYTES);
        if (bytes.length === 0) {
          return offset === 0 ? `"${path}" could not be read` : undefined;
        }
        const content = findContent(bytes, offset);
        if (content !== undefined) {
          return content;
        }
        offset += bytes.length;
      }
      return undefined;
    } finally {
      file.close();
    }
  } catch (error) {
    // Another machine may have reserved it: no disk to be used without being asked for.
    return `what is on it cannot be told (${errorMessage(error)})`;
  }
}

function findContent(bytes: Uint8Array, offset: number): string | undefined {
  const hasRecord = offset === 0 && startsWith(bytes, IPL_RECORD_ID, 0);
  for (let index = hasRecord ? SECTOR_BYTES : 0; index < bytes.length; index += 1) {
    if (bytes[index] !== 0) {
      return startsWith(bytes, LVM_RECORD_ID, LVM_RECORD_BYTE - offset)
        ? "it holds a volume group that the system does not know (importvg brings it back)"
        : `it holds data (byte ${offset + index} is the first)`;
    }
  }
  return undefined;
}

function startsWith(bytes: Uint8Array, wanted: readonly number[], at: number): boolean {
  return at >= 0 && wanted.every((byte, index) => bytes[at + index] === byte);
}
