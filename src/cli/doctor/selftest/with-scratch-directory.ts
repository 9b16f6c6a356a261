import { Buffer } from "node:buffer";
import { exists, isDirectory } from "../../../system/files.ts";
import type { System } from "../../../system/system.ts";
import { errorMessage } from "../../../text/error-message.ts";
import { removeOldScratch } from "./remove-old-scratch.ts";
import { createScratchSystem } from "./scratch-system.ts";
import { SCRATCH_BYTES, SCRATCH_NAME, SCRATCH_PARENTS } from "./scratch-name.ts";

/**
 * The one change that the self-test makes: a directory of mode 0700, which `work` may write to and
 * to nothing else, and which is removed again whatever becomes of `work`. What an earlier run of ours
 * that was killed left behind goes, too. `onStop`: where to leave what is to be done when a signal
 * ends the program. Throws where no directory can be made: `work` has not begun then.
 */
export async function withScratchDirectory<T>(
  base: System,
  work: (sys: System, directory: string) => Promise<T>,
  onStop?: (stop: () => void) => void,
): Promise<T> {
  const { fs } = base;
  removeOldScratch(base);
  const directory = makeScratch(base, onStop);
  try {
    return await work(createScratchSystem(base, directory), directory);
  } finally {
    fs.remove(directory);
    onStop?.(() => {});
  }
}

/** In the first of the places that takes a file. */
function makeScratch(base: System, onStop?: (stop: () => void) => void): string {
  const { fs } = base;
  const tag = Buffer.from(base.random.bytes(SCRATCH_BYTES)).toString("hex");
  const reasons: string[] = [];
  for (const parent of SCRATCH_PARENTS) {
    const directory = `${parent}/${SCRATCH_NAME}${tag}`;
    if (!isDirectory(fs, parent)) {
      reasons.push(`there is no ${parent}`);
      continue;
    }
    if (exists(fs, directory)) {
      reasons.push(`something is at "${directory}"`);
      continue;
    }
    onStop?.(() => fs.remove(directory));
    try {
      fs.makeDirectory(directory, { mode: 0o700 });
      fs.write(`${directory}/first`, "A full file system takes directories only\n");
      fs.remove(`${directory}/first`);
      return directory;
    } catch (error) {
      reasons.push(errorMessage(error));
      removeQuietly(() => fs.remove(directory));
      onStop?.(() => {});
    }
  }
  throw new Error(`Cannot make a temporary directory: ${reasons.join("; ")}`);
}

function removeQuietly(remove: () => void): void {
  try {
    remove();
  } catch {
    // On a read-only file system there is nothing to remove.
  }
}
