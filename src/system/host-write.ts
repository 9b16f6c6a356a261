import fs from "node:fs";
import { codeOf } from "./host-error.ts";

const RETRY_MS = 5;

/**
 * Writes all of `bytes` to a descriptor of any kind, also a non-blocking one. False where that
 * failed, or where the reader took nothing for `patienceMs`: there is nobody to tell.
 */
export function writeFully(fd: number, bytes: Uint8Array, patienceMs: number): boolean {
  let offset = 0;
  let waitedMs = 0;
  while (offset < bytes.length) {
    try {
      offset += fs.writeSync(fd, bytes, offset);
      waitedMs = 0;
    } catch (error) {
      const code = codeOf(error);
      if (code === "EAGAIN" && waitedMs < patienceMs) {
        waitedMs += RETRY_MS;
        pause(RETRY_MS);
      } else if (code !== "EINTR") {
        return false;
      }
    }
  }
  return true;
}

/** Only `Atomics.wait` waits without returning to the event loop; nobody ever wakes this one. */
function pause(ms: number): void {
  Atomics.wait(new BigInt64Array(new SharedArrayBuffer(8)), 0, 0n, ms);
}
