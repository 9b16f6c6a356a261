import fs from "node:fs";
import { createRequire } from "node:module";
import type nodeTty from "node:tty";

/**
 * Whether a descriptor is a terminal; false for one that is closed. `node:tty` takes longer to load
 * than all that most commands do: it is asked only about a character device that is not /dev/null.
 */
export function isTerminal(fd: number): boolean {
  try {
    const stats = fs.fstatSync(fd);
    if (!stats.isCharacterDevice() || stats.rdev === fs.statSync("/dev/null").rdev) {
      return false;
    }
  } catch {
    return false;
  }
  const { isatty } = createRequire("/")("node:tty") as typeof nodeTty;
  return isatty(fd);
}
