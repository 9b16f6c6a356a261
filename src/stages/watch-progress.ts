import type { ModuleEntry } from "./module-list.ts";
import type { ModuleOutcome } from "./stage.ts";
import type { StageFrame } from "./stage-frame.ts";

/** A module that only looked is told of when it took this long. */
const NOTEWORTHY_MS = 1_000;
/** The last line of a boot is its own. */
const SPEAKS_FOR_ITSELF = "final_message";

/**
 * Runs a module and tells who looks on at a terminal or the console in one line how it went, where it
 * changed something, failed, or took its time. Nobody looks on at a log, which has lines of its own.
 */
export async function watchProgress(
  frame: StageFrame,
  entry: ModuleEntry,
  work: () => Promise<ModuleOutcome>,
): Promise<ModuleOutcome> {
  const { clock, output } = frame.base;
  if (output.isWatched?.("stderr") !== true) {
    return work();
  }
  const startMs = clock.monotonicMs();
  let hasChanged = false;
  const stopWatching = frame.watchChanges(() => {
    hasChanged = true;
  });
  const outcome = await work().finally(stopWatching);
  const durationMs = clock.monotonicMs() - startMs;
  const isFailed = outcome.status === "failed";
  const isNoteworthy = hasChanged || durationMs >= NOTEWORTHY_MS;
  if (isFailed || (isNoteworthy && entry.name !== SPEAKS_FOR_ITSELF)) {
    const word = isFailed ? "failed" : "ok";
    const seconds = (durationMs / 1_000).toFixed(1);
    output.write(
      "stderr",
      `cloud-init[${frame.name}]: ${entry.writtenName}: ${word}, ${seconds} s\n`,
    );
  }
  return outcome;
}
