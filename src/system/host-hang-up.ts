import fs from "node:fs";
import process from "node:process";

/** Signals that are ignored, as a hexadecimal mask: proc(5). Linux only. */
const STATUS = "/proc/self/status";
const HANG_UP_BIT = 1n;

/**
 * Whether SIGHUP would end this process at once, as when nobody asked for anything else. False where
 * it is ignored (nohup), and where nothing tells: Node.js takes the ignoring back at its start.
 */
export function isHangUpFatal({
  versions,
}: {
  readonly versions: Readonly<Record<string, string | undefined>>;
} = process): boolean {
  if (versions["bun"] === undefined) {
    return false;
  }
  try {
    const ignored = /^SigIgn:\s*([0-9a-f]+)$/mu.exec(fs.readFileSync(STATUS, "utf8"))?.[1];
    return ignored !== undefined && (BigInt(`0x${ignored}`) & HANG_UP_BIT) === 0n;
  } catch {
    return false;
  }
}
