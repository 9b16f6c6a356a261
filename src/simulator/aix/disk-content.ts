import { groupOnDisk } from "./lvm.ts";
import type { AixStorage, PhysicalVolume } from "./volumes.ts";

const DISK_MB_BYTES = 2 ** 20;
const SECTOR_BYTES = 512;
/** sys/bootrecord.h: IPLRECID at the begin of sector 0, the PVID at byte 128 of it. */
const IPL_RECORD_ID = [0xc9, 0xc2, 0xd4, 0xc1];
const PVID_BYTE = 128;
/** lvmrec.h: "_LVM" in sector 7. */
const LVM_RECORD_BYTE = 7 * SECTOR_BYTES;
const LVM_RECORD_ID = [0x5f, 0x4c, 0x56, 0x4d];
/** Where Oracle's ASM, for one, has its header. */
const FOREIGN_BYTE = 4_096;

/** What a read of the raw disk gives: marks of LVM and of others in their places, zeros elsewhere. */
export function readDiskContent(
  storage: AixStorage,
  disk: PhysicalVolume,
  offsetBytes: number,
  lengthBytes: number,
): Uint8Array {
  const end = Math.min(offsetBytes + lengthBytes, disk.sizeMb * DISK_MB_BYTES);
  const bytes = new Uint8Array(Math.max(0, end - offsetBytes));
  const put = (at: number, content: readonly number[]): void => {
    for (const [index, byte] of content.entries()) {
      const place = at + index - offsetBytes;
      if (place >= 0 && place < bytes.length) {
        bytes[place] = byte;
      }
    }
  };
  if (disk.pvid !== "") {
    put(0, IPL_RECORD_ID);
    put(
      PVID_BYTE,
      (disk.pvid.match(/../gu) ?? []).map((pair) => Number.parseInt(pair, 16)),
    );
  }
  if (groupOnDisk(storage, disk) !== undefined) {
    put(LVM_RECORD_BYTE, LVM_RECORD_ID);
  }
  if (disk.foreignData !== undefined) {
    put(FOREIGN_BYTE, [...new TextEncoder().encode(disk.foreignData)]);
  }
  return bytes;
}
