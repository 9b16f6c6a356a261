import fs from "node:fs";
import path from "node:path";
import { monotonicMs } from "./host-monotonic.ts";
import { isTemporaryName } from "./temporary-name.ts";

/**
 * Takes away what a run that was killed left in a directory before its rename; to be called before
 * each write there, and looks once per directory. Work that was cut off is done again by the next
 * boot, in the same directories, so that nothing stays behind.
 *
 * Only what is older than this process goes: a younger one may be of somebody who is writing now.
 * No tree is removed, since anybody can make one of that name in a directory like /tmp.
 */
export function createLeftoverSweep(): (directory: string) => void {
  const seen = new Set<string>();
  return (directory) => {
    if (!seen.has(directory)) {
      seen.add(directory);
      sweep(directory, Date.now() - monotonicMs());
    }
  };
}

function sweep(directory: string, startMs: number): void {
  for (const name of namesIn(directory)) {
    if (isTemporaryName(name)) {
      removeIfOlder(path.join(directory, name), startMs);
    }
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return fs.readdirSync(directory);
  } catch {
    // Whoever writes there will say what is wrong.
    return [];
  }
}

function removeIfOlder(file: string, startMs: number): void {
  try {
    const stat = fs.lstatSync(file);
    if (stat.mtimeMs >= startMs) {
      return;
    }
    if (stat.isDirectory()) {
      fs.rmdirSync(file);
    } else {
      fs.unlinkSync(file);
    }
  } catch {
    // A leftover that stays does no harm, and must not keep the write from being done.
  }
}
