import type { Journal } from "../instance/journal.ts";
import { beginWork, endWork, forgetCutOffs } from "../instance/journal.ts";
import { LOCK_HOLDER_VARIABLE } from "../instance/lock-holder.ts";
import { errorChain } from "../text/error-message.ts";
import type { Semaphore } from "./semaphores.ts";
import { setSemaphore } from "./semaphores.ts";
import type { StageFrame } from "./stage-frame.ts";

/**
 * Runs work so that a power cut at any moment is safe (DECISIONS 17): the journal says that it has
 * begun as soon as it changes something; its files are made durable together; only then the
 * semaphore is written. `work` records its own failures: a failed one keeps its semaphore, one that
 * was cut off runs again (user code that is cut off again and again does not: `reportInterruption`).
 * Throws where that cannot be kept on disk.
 */
export async function runJournaled(
  frame: StageFrame,
  name: string,
  semaphore: Semaphore | undefined,
  work: () => Promise<void>,
): Promise<void> {
  const progress = { semaphore, isUserCode: false };
  let changed = false;
  const stopWatching = frame.watchChanges((change) => {
    const isUserCode = change.kind === "command" && change.owner === "user";
    if (!changed || (isUserCode && !progress.isUserCode)) {
      changed = true;
      progress.isUserCode ||= isUserCode;
      begin(frame, name, progress);
    }
  });
  frame.enterModule(name);
  frame.progress.work = progress;
  try {
    await work();
  } finally {
    stopWatching();
    frame.enterModule(undefined);
    delete frame.progress.work;
  }
  if (changed) {
    frame.base.fs.flush();
  }
  if (semaphore !== undefined) {
    setSemaphore(frame.base, semaphore, changed);
  }
  if (changed) {
    end(frame, progress.isUserCode);
  }
}

/** A stage that a script of another stage started leaves that one's journal alone. */
function isNested(frame: StageFrame): boolean {
  return frame.base.process.env[LOCK_HOLDER_VARIABLE] !== undefined;
}

/** A journal that cannot be written costs a line in the next boot's log; the work is worth more, the network most of all. */
function begin(
  frame: StageFrame,
  name: string,
  progress: { readonly semaphore: Semaphore | undefined; readonly isUserCode: boolean },
): void {
  if (isNested(frame)) {
    return;
  }
  const path = progress.semaphore?.path;
  const journal: Journal = {
    stage: frame.name,
    work: `config_${name}`,
    startedAt: frame.base.clock.now().toISOString(),
    ...(path === undefined ? {} : { semaphore: path }),
    ...(progress.isUserCode ? { isUserCode: true } : {}),
  };
  try {
    beginWork(frame.base, frame.paths, journal);
  } catch (error) {
    frame.fail(`Cannot note that ${name} begins: ${errorChain(error)}`, error);
  }
}

function end(frame: StageFrame, wasUserCode: boolean): void {
  if (isNested(frame)) {
    return;
  }
  endWork(frame.base, frame.paths);
  if (wasUserCode) {
    forgetCutOffs(frame.base, frame.paths);
  }
}
