import type { FileStat, System } from "../../../system/system.ts";
import { isScratchName, SCRATCH_PARENTS } from "./scratch-name.ts";

/** Longer than any self-test takes: a younger one may be at work. */
const OLD_MS = 3_600_000;
const STICKY = 0o1000;
const WRITABLE_BY_OTHERS = 0o022;
const OPEN_TO_OTHERS = 0o077;

/**
 * Removes what self-tests of the same user left behind that were killed. Anybody can make a name in
 * /tmp, and exchange what he made for a link while a tree is removed: only a real directory goes
 * that is ours and open to nobody else, in a place where nobody else can exchange it.
 */
export function removeOldScratch({ fs, clock, process }: System): void {
  const isOurs = (stat: FileStat | undefined): boolean =>
    stat?.kind === "directory" &&
    stat.uid === process.uid &&
    (stat.mode & OPEN_TO_OTHERS) === 0 &&
    stat.modifiedMs < clock.now().getTime() - OLD_MS;
  for (const parent of SCRATCH_PARENTS) {
    try {
      const names = isSafe(fs.stat(parent), process.uid) ? fs.list(parent) : [];
      for (const path of names.filter(isScratchName).map((name) => `${parent}/${name}`)) {
        if (isOurs(fs.stat(path))) {
          fs.remove(path);
        }
      }
    } catch {
      // What stays does no harm; whether anything can be made there is told elsewhere.
    }
  }
}

/** Nobody but root and us can rename there what is ours (stat(2), "sticky"). */
function isSafe(parent: FileStat | undefined, uid: number): boolean {
  return (
    parent?.kind === "directory" &&
    (parent.uid === 0 || parent.uid === uid) &&
    ((parent.mode & STICKY) !== 0 || (parent.mode & WRITABLE_BY_OTHERS) === 0)
  );
}
