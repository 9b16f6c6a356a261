import { isListed } from "./known-machine.ts";
import type { Instance } from "../instance/instance.ts";
import { createStateDirectories } from "../instance/instance-store.ts";
import type { Journal } from "../instance/journal.ts";
import { countCutOff, readJournal } from "../instance/journal.ts";
import { removeLeftSecrets } from "../modules/ansible-secrets.ts";
import { exists } from "../system/files.ts";
import { errorChain } from "../text/error-message.ts";
import { applyInstance } from "./apply-instance.ts";
import type { CurrentInstance } from "./find-instance.ts";
import { fallbackInstance, findInstance, markerPath, settledInstance } from "./find-instance.ts";
import { keepInstanceData } from "./keep-instance-data.ts";
import { warnOfOtherAgents } from "./other-agents.ts";
import type { StageFrame } from "./stage-frame.ts";
import type { ModuleOutcome } from "./stage.ts";

export interface InitResult {
  /** Description of the datasource that was found or kept. */
  readonly datasource?: string;
  readonly modules: readonly ModuleOutcome[];
}

/** `init --local`: begins a boot. Finds what can be found without a network, applies network and injected files. */
export async function runInitLocal(frame: StageFrame, debug: boolean): Promise<InitResult> {
  prepare(frame);
  reportInterruption(frame);
  await warnOfOtherAgents(frame);
  clear(frame, [
    markerPath(frame),
    `${frame.paths.dataDir}/no-net`,
    `${frame.paths.instanceLink}/boot-finished`,
  ]);
  attempt(frame, () => removeLeftSecrets(frame.base.fs, frame.paths.runDir));
  const current = await findInstance(frame, "init-local");
  if (!current.found) {
    if (current.passing !== undefined) {
      const { instance, isUnnamed = false } = current.passing;
      await applyInstance(frame, instance, { isUnnamed });
    }
    frame.log.debug("No local datasource found");
    return { modules: [] };
  }
  const { instance } = current;
  // The link may have led to another instance until now.
  clear(frame, [frame.paths.instance(instance.id).bootFinishedFile]);
  await keepInstanceData(frame, instance);
  await applyInstance(frame, instance);
  if (instance.dsmode !== "local" || current.how === "kept") {
    frame.log.debug(
      `${instance.description}: modules run in the next stage, dsmode=${instance.dsmode}`,
    );
    return { datasource: instance.description, modules: [] };
  }
  const modules = await consumeAndRun(frame, instance, debug);
  attempt(frame, () => {
    frame.base.fs.write(`${frame.paths.dataDir}/no-net`, "", { mode: 0o644 });
  });
  return { datasource: instance.description, modules };
}

/** `init`: settles which instance this is, takes in its user-data and runs the init modules. */
export async function runInit(frame: StageFrame, debug: boolean): Promise<InitResult> {
  prepare(frame);
  await printNetworkTables(frame);
  const current = await settle(frame);
  if (!current.found) {
    return withoutInstance(frame, debug);
  }
  const { instance } = current;
  if (hasLocalStageRun(frame)) {
    frame.log.info(
      `init-local has already run the modules of instance ${instance.id} in this boot (dsmode=local): nothing is left to do`,
    );
    return { datasource: instance.description, modules: [] };
  }
  if (current.how === "datasource") {
    await keepInstanceData(frame, instance);
    await applyInstance(frame, instance);
  }
  return { datasource: instance.description, modules: await consumeAndRun(frame, instance, debug) };
}

/** What init-local settled on, if it may be used still; else a search of our own. */
async function settle(frame: StageFrame): Promise<CurrentInstance> {
  const settled = settledInstance(frame);
  if (settled !== undefined && isListed(frame.baseConfig, settled.datasource)) {
    return { found: true, instance: settled, how: "kept" };
  }
  return findInstance(frame, "init");
}

async function withoutInstance(frame: StageFrame, debug: boolean): Promise<InitResult> {
  frame.log.warn("No instance datasource found! Likely bad things to come!");
  frame.recordError("No instance datasource found.");
  if (!frame.force) {
    return { modules: [] };
  }
  const { runSection } = await import("./run-section.ts");
  const modules = await runSection(frame, "init", fallbackInstance(), {
    hasInstanceDirectory: false,
    debug,
  });
  return { modules };
}

/** Its code is loaded here: in most boots init-local does not get to it. */
async function consumeAndRun(
  frame: StageFrame,
  instance: Instance,
  debug: boolean,
): Promise<readonly ModuleOutcome[]> {
  const [{ consumeUserData }, { checkUserData }, { runSection }] = await Promise.all([
    import("./consume-userdata.ts"),
    import("./check-userdata.ts"),
    import("./run-section.ts"),
  ]);
  const consumed = await consumeUserData(frame, instance);
  await checkUserData(frame, instance, consumed);
  return runSection(frame, "init", instance, { hasInstanceDirectory: true, debug, consumed });
}

/** A hand-run `init` after the boot has finished goes on all the same (compat core.md §4.3 item 4): the last stage leaves result.json. */
function hasLocalStageRun(frame: StageFrame): boolean {
  const { fs } = frame.base;
  return exists(fs, `${frame.paths.dataDir}/no-net`) && !exists(fs, frame.paths.resultFile);
}

/** What an earlier boot left and must not be taken for this one's. */
function clear(frame: StageFrame, paths: readonly string[]): void {
  for (const path of paths) {
    attempt(frame, () => {
      frame.base.fs.remove(path);
    });
  }
}

/** A state file that cannot be changed is an error of the stage, and no reason to leave the machine without its network. */
function attempt(frame: StageFrame, work: () => void): void {
  try {
    work();
  } catch (error) {
    frame.fail(errorChain(error), error);
  }
}

function prepare(frame: StageFrame): void {
  try {
    createStateDirectories(frame.base, frame.paths);
  } catch (error) {
    frame.log.warn(`Failed to initialize, likely bad things to come! ${errorChain(error)}`);
    frame.recordError(
      `Cannot make the directories of "${frame.paths.cloudDir}": ${errorChain(error)}`,
    );
  }
}

const CUT_OFFS_MAX = 2;

/** Whether user code was cut off so often that it counts as run: a script that restarts the machine would do so for ever. */
function isCutOffAgain(frame: StageFrame, journal: Journal): boolean {
  const { semaphore, isUserCode } = journal;
  if (semaphore === undefined || isUserCode !== true) {
    return false;
  }
  let isAgain = false;
  attempt(frame, () => {
    if (countCutOff(frame.base, frame.paths, semaphore) >= CUT_OFFS_MAX) {
      const text = `${frame.base.process.pid}: ${frame.base.clock.now().getTime() / 1_000}\n`;
      frame.base.fs.write(semaphore, text, { mode: 0o644, durable: true });
      isAgain = true;
    }
  });
  return isAgain;
}

/** Says what a power cut or a kill of the last boot left undone; it runs again because its semaphore is missing. */
function reportInterruption(frame: StageFrame): void {
  const journal = readJournal(frame.base, frame.paths);
  if (journal === undefined) {
    return;
  }
  const what = `${journal.work} of stage ${journal.stage}, begun at ${journal.startedAt}`;
  frame.ledger
    .forModule(undefined)
    .record({ kind: "stage", what: journal.work, outcome: "interrupted", reason: what });
  const isCircle = isCutOffAgain(frame, journal);
  if (isCircle) {
    frame.fail(
      `The last boots were cut off in the user's code of ${what}: it does not run again. Does it restart the machine? Delete "${journal.semaphore ?? ""}" to run it once more`,
    );
  } else {
    frame.log.info(`The last boot was cut off in ${what}: it runs again`);
  }
  clear(frame, [frame.paths.journalFile]);
}

async function printNetworkTables(frame: StageFrame): Promise<void> {
  const { renderFailedNetworkTables, renderNetworkTables } = await import("../network/tables.ts");
  let text: string;
  try {
    text = renderNetworkTables(await frame.distro.network.read());
  } catch (error) {
    frame.log.debug(`Cannot read devices and routes: ${errorChain(error)}`);
    text = renderFailedNetworkTables();
  }
  frame.base.output.write("stderr", text);
}
