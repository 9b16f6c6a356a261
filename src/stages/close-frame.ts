import { endWork } from "../instance/journal.ts";
import { removeLeftSecrets } from "../modules/ansible-secrets.ts";
import { errorChain } from "../text/error-message.ts";
import { VERSION } from "../version.ts";
import { setSemaphore } from "./semaphores.ts";
import type { StageFrame } from "./stage-frame.ts";

/** Writes what is held back; what cannot be written is an error of the stage. Before the status is. */
export function flushFrame(frame: StageFrame): void {
  frame.stageLog.flush();
  frame.ledger.flush();
  try {
    frame.base.fs.flush();
  } catch (error) {
    frame.fail(`Cannot end the stage cleanly: ${errorChain(error)}`, error);
  }
}

/** Ends what `openFrame` and `takeLock` began. */
export async function closeFrame(
  frame: StageFrame,
  releaseLock: (() => void) | undefined,
): Promise<void> {
  flushFrame(frame);
  try {
    releaseLock?.();
  } catch (error) {
    frame.fail(`Cannot give the lock back: ${errorChain(error)}`, error);
  }
  await frame.base.output.close();
}

/**
 * What a signal that ends the program leaves to do: the log and the ledger are written to their end.
 * User code that has begun counts as run, as it would if it had failed: a script that restarts the
 * machine ends the agent this way, and would do so at every boot. Its secrets on disk go.
 */
export function stopFrame(frame: StageFrame, signal: string): void {
  const text = `Cloud-init ${VERSION} received ${signal}, exiting...`;
  frame.log.warn(text);
  frame.recordError(text);
  const { work } = frame.progress;
  try {
    if (work?.isUserCode === true && work.semaphore !== undefined) {
      frame.log.info(
        `${work.semaphore.name} was ended while the user's code ran: it counts as run`,
      );
      setSemaphore(frame.base, work.semaphore, true);
      endWork(frame.base, frame.paths);
    }
  } catch (error) {
    frame.fail(
      `Cannot keep that ${work?.semaphore?.name ?? "the work"} has run: ${errorChain(error)}`,
    );
  }
  try {
    removeLeftSecrets(frame.base.fs, frame.paths.runDir);
  } catch (error) {
    frame.fail(`Cannot remove what Ansible was given: ${errorChain(error)}`, error);
  }
  flushFrame(frame);
}
