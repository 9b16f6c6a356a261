import { isListed } from "./known-machine.ts";
import type { Instance } from "../instance/instance.ts";
import { createStateDirectories } from "../instance/instance-store.ts";
import { readJournal } from "../instance/journal.ts";
import { renderNetworkTables } from "../network/tables.ts";
import { exists } from "../system/files.ts";
import { errorChain } from "../text/error-message.ts";
import { applyInstance } from "./apply-instance.ts";
import { consumeUserData } from "./consume-userdata.ts";
import type { CurrentInstance } from "./find-instance.ts";
import {
  fallbackInstance,
  findInstance,
  forgetCurrentInstance,
  settledInstance,
} from "./find-instance.ts";
import { runSection } from "./run-section.ts";
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
  forgetCurrentInstance(frame);
  frame.base.fs.remove(`${frame.paths.dataDir}/no-net`);
  frame.base.fs.remove(`${frame.paths.instanceLink}/boot-finished`);
  const current = await findInstance(frame, "init-local");
  if (!current.found) {
    if (current.passing !== undefined) {
      await applyInstance(frame, current.passing);
    }
    frame.log.debug("No local datasource found");
    return { modules: [] };
  }
  const { instance } = current;
  await applyInstance(frame, instance);
  if (instance.dsmode !== "local" || current.how === "kept") {
    frame.log.debug(
      `${instance.description}: modules run in the next stage, dsmode=${instance.dsmode}`,
    );
    return { datasource: instance.description, modules: [] };
  }
  const modules = await consumeAndRun(frame, instance, debug);
  frame.base.fs.write(`${frame.paths.dataDir}/no-net`, "", { mode: 0o644 });
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
  if (hasLocalStageRun(frame, instance)) {
    frame.log.info(
      `init-local has already run the modules of instance ${instance.id} in this boot (dsmode=local): nothing is left to do`,
    );
    return { datasource: instance.description, modules: [] };
  }
  if (current.how === "datasource") {
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
  const modules = await runSection(frame, "init", fallbackInstance(), {
    hasInstanceDirectory: false,
    debug,
  });
  return { modules };
}

async function consumeAndRun(
  frame: StageFrame,
  instance: Instance,
  debug: boolean,
): Promise<readonly ModuleOutcome[]> {
  const consumed = await consumeUserData(frame, instance);
  return runSection(frame, "init", instance, { hasInstanceDirectory: true, debug, consumed });
}

/** A hand-run `init` after the boot has finished goes on all the same (compat core.md §4.3 item 4). */
function hasLocalStageRun(frame: StageFrame, instance: Instance): boolean {
  const { fs } = frame.base;
  return (
    exists(fs, `${frame.paths.dataDir}/no-net`) &&
    !exists(fs, frame.paths.instance(instance.id).bootFinishedFile)
  );
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

/** Says what a power cut or a kill of the last boot left undone; it runs again because its semaphore is missing. */
function reportInterruption(frame: StageFrame): void {
  const journal = readJournal(frame.base, frame.paths);
  if (journal === undefined) {
    return;
  }
  const what = `${journal.work} of stage ${journal.stage}, begun at ${journal.startedAt}`;
  frame.log.info(`The last boot was cut off in ${what}: it runs again`);
  frame.ledger
    .forModule(undefined)
    .record({ kind: "stage", what: journal.work, outcome: "interrupted", reason: what });
  frame.base.fs.remove(frame.paths.journalFile);
}

async function printNetworkTables(frame: StageFrame): Promise<void> {
  let text: string;
  try {
    text = renderNetworkTables(await frame.distro.network.read());
  } catch (error) {
    frame.log.debug(`Cannot read devices and routes: ${errorChain(error)}`);
    text = `${"!!!! Net device info failed ".padEnd(80, "!")}\n`;
  }
  frame.base.output.write("stderr", text);
}
