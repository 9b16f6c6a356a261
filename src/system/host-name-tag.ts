import { Buffer } from "node:buffer";
import fs from "node:fs";
import { randomBytes } from "./host-random.ts";

const TAG_BYTES = 6;
const POOL_BYTES = 32 * TAG_BYTES;

let pool: Buffer = Buffer.alloc(0);

/**
 * Twelve hexadecimal digits for the name of a temporary file, which nobody else on the machine can foretell. Not for
 * secrets: the device (random(4), AIX's random device) also answers before it has gathered enough, and
 * is used since the runtime's own generator takes Node.js 6 ms to load.
 */
export function nameTag(device = "/dev/urandom"): string {
  if (pool.length < TAG_BYTES) {
    pool = readDevice(device) ?? Buffer.from(randomBytes(TAG_BYTES));
  }
  const tag = pool.toString("hex", 0, TAG_BYTES);
  pool = pool.subarray(TAG_BYTES);
  return tag;
}

/** Undefined where there is no such device, as in a bare chroot. */
function readDevice(device: string): Buffer | undefined {
  let fd: number | undefined;
  try {
    fd = fs.openSync(device, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    const bytes = Buffer.alloc(POOL_BYTES);
    const isWhole = fs.fstatSync(fd).isCharacterDevice() && fs.readSync(fd, bytes) === bytes.length;
    return isWhole ? bytes : undefined;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) {
      fs.closeSync(fd);
    }
  }
}
