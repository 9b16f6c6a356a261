import { beginWork, endWork } from "../instance/journal.ts";
import type { Semaphore } from "./semaphores.ts";
import { setSemaphore } from "./semaphores.ts";
import type { StageFrame } from "./stage-frame.ts";

/**
 * Runs work so that a power cut at any moment is safe (DECISIONS 17): the journal says that it has
 * begun as soon as it changes something; its files are made durable together; only then the
 * semaphore is written. `work` records its own failures: a failed one keeps its semaphore, one that
 * was cut off runs again. Throws where that cannot be kept on disk.
 */
export async function runJournaled(
  frame: StageFrame,
  name: string,
  semaphore: Semaphore | undefined,
  work: () => Promise<void>,
): Promise<void> {
  let changed = false;
  const stopWatching = frame.watchChanges(() => {
    if (!changed) {
      changed = true;
      const startedAt = frame.base.clock.now().toISOString();
      beginWork(frame.base, frame.paths, { stage: frame.name, work: `config_${name}`, startedAt });
    }
  });
  frame.enterModule(name);
  try {
    await work();
  } finally {
    stopWatching();
    frame.enterModule(undefined);
  }
  if (changed) {
    frame.base.fs.flush();
  }
  if (semaphore !== undefined) {
    setSemaphore(frame.base, semaphore, changed);
  }
  if (changed) {
    endWork(frame.base, frame.paths);
  }
}
