import { canonicalModuleName } from "../modules/canonical-name.ts";
import type { Frequency } from "../modules/module.ts";
import { findKnownName, knownNameMessage } from "../modules/known-names.ts";
import { findModule } from "../modules/registry.ts";
import type { System } from "../system/system.ts";
import { errorChain } from "../text/error-message.ts";
import { welcomeLine } from "./banner.ts";
import { closeFrame, stopFrame } from "./close-frame.ts";
import { currentInstance, fallbackInstance } from "./find-instance.ts";
import { findExternalEntry, isExternal } from "./external-module.ts";
import type { ModuleEntry } from "./module-list.ts";
import { type ModuleRun, runModule } from "./module-runner.ts";
import { openFrame } from "./open-frame.ts";
import { prepareRun } from "./run-section.ts";
import type { StageFrame } from "./stage-frame.ts";
import { takeLock } from "./stage-lock.ts";
import { openLogging } from "./stage-logging.ts";
import { applyOutput } from "./stage-output.ts";
import type { ModuleOutcome, StageOptions } from "./stage.ts";

export interface SingleOptions extends StageOptions {
  readonly name: string;
  /** Instead of the module's own. */
  readonly frequency?: Frequency;
  readonly args: readonly string[];
}

/** `single`: runs one module whatever the lists say; exit code 0 when it ran or had run, else 1. Leaves status.json alone. Who `reporting` names hears of it only with `report`. */
export async function runSingle(sys: System, options: SingleOptions): Promise<number> {
  const isReported = options.report === true;
  const { frame } = await openFrame("single", `single/${options.name}`, sys, {
    ...options,
    report: isReported,
  });
  const at = sys.clock.now();
  const uptime = await frame.distro.readUptimeSeconds().catch(() => undefined);
  const welcome = welcomeLine("single", at, uptime);
  await applyOutput(frame, frame.baseConfig, undefined);
  sys.output.write("stderr", `${welcome}\n`);
  openLogging(frame, frame.baseConfig, options.debug);
  await frame.reporting.apply(frame.baseConfig["reporting"]);
  frame.log.debug(welcome);
  let exitCode = 1;
  const lock = await takeLock(frame);
  options.onStop?.((signal) => {
    stopFrame(frame, signal);
    lock?.();
  });
  try {
    if (lock === undefined) {
      frame.log.error(
        `Did not run ${options.name}: another cloud-init is still running, try again when it has ended`,
      );
    } else {
      exitCode = await (isReported ? runReported(frame, options) : runNamed(frame, options));
    }
  } catch (error) {
    frame.log.error(`Running ${options.name} ended early: ${errorChain(error)}`, error);
  }
  await frame.reporting.close();
  await closeFrame(frame, lock);
  return exitCode;
}

/** With the start and the end of the whole as events, which upstream names by the module (compat core.md §4.7). */
function runReported(frame: StageFrame, options: SingleOptions): Promise<number> {
  return frame.events.within("", `running single module ${options.name}`, async (setResult) => {
    const exitCode = await runNamed(frame, options);
    setResult(exitCode === 0 ? "SUCCESS" : "FAIL");
    return exitCode;
  });
}

async function runNamed(frame: StageFrame, options: SingleOptions): Promise<number> {
  const current = await currentInstance(frame);
  if (!current.found) {
    frame.log.warn("Failed to fetch your datasource, likely bad things to come!");
    if (!frame.force) {
      return 1;
    }
  }
  const instance = current.found ? current.instance : fallbackInstance();
  const run = await prepareRun(frame, undefined, instance, {
    hasInstanceDirectory: current.found,
    debug: options.debug,
  });
  const name = canonicalModuleName(options.name);
  const entry = {
    name,
    writtenName: options.name,
    args: options.args,
    ...(options.frequency === undefined ? {} : { frequency: options.frequency }),
  };
  const outcome = await runFound(frame, entry, run);
  if (outcome === undefined) {
    return sayNotFound(frame, options.name, name);
  }
  if (outcome.status !== "failed") {
    return 0;
  }
  frame.log.warn(`Ran ${options.name} but it failed!`);
  return 1;
}

/** Undefined where there is no module of that name. */
async function runFound(
  frame: StageFrame,
  entry: ModuleEntry,
  run: ModuleRun,
): Promise<ModuleOutcome | undefined> {
  const found = findModule(entry.name);
  if (found !== undefined) {
    if (isExternal(frame, entry.name)) {
      frame.log.warn(
        `Running the built-in module ${found.name}, not the executable of that name in "${frame.paths.modulesDir ?? ""}": give that one another name`,
      );
    }
    return runModule(frame, entry, found, run);
  }
  const external = await findExternalEntry(frame, entry);
  switch (external.kind) {
    case "found":
      return runModule(frame, entry, external.entry, run);
    case "refused":
      return external.outcome;
    case "none":
      return undefined;
  }
}

/** The exit code of it: a name that is accepted without effect is no failure. */
function sayNotFound(frame: StageFrame, writtenName: string, name: string): number {
  const known = findKnownName(name);
  frame.log.warn(
    known === undefined
      ? `Did not run ${writtenName}, does it exist?`
      : knownNameMessage(writtenName, known),
  );
  return known?.kind === "no-op" ? 0 : 1;
}
