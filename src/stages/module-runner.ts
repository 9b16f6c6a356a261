import type { CloudConfig } from "../config/cloud-config.ts";
import type { Instance } from "../instance/instance.ts";
import { findKnownName, knownNameMessage } from "../modules/known-names.ts";
import type { ConfigModule, Frequency, ModuleContext } from "../modules/module.ts";
import type { ModuleEntry as RegistryEntry } from "../modules/registry.ts";
import { findModule } from "../modules/registry.ts";
import { errorChain } from "../text/error-message.ts";
import type { Problem } from "../text/problem.ts";
import { findExternalEntry } from "./external-module.ts";
import type { ModuleEntry } from "./module-list.ts";
import { runJournaled } from "./journaled-work.ts";
import { watchProgress } from "./watch-progress.ts";
import { isSet, moduleSemaphore } from "./semaphores.ts";
import type { ModuleOutcome } from "./stage.ts";
import type { StageFrame } from "./stage-frame.ts";
import type { Locate } from "./locate.ts";

/** For which instance the modules run, and with what. */
export interface ModuleRun {
  readonly instance: Instance;
  /** False with --force and no datasource: nothing is kept, so everything runs. */
  readonly hasInstanceDirectory: boolean;
  /** The merged configuration without `system_info`. */
  readonly cloudConfig: CloudConfig;
  readonly systemInfo: Readonly<Record<string, unknown>>;
  readonly locate: Locate;
}

/** Runs the modules in order; one that fails does not stop the next. */
export async function runModules(
  frame: StageFrame,
  entries: readonly ModuleEntry[],
  run: ModuleRun,
): Promise<readonly ModuleOutcome[]> {
  const outcomes: ModuleOutcome[] = [];
  const inactive: string[] = [];
  const foreign: string[] = [];
  for (const entry of entries) {
    const outcome = await watchProgress(frame, entry, () => runEntry(frame, entry, run));
    outcomes.push(outcome);
    if (outcome.status === "skipped" && outcome.reason === "no-config") {
      inactive.push(entry.writtenName);
    } else if (outcome.status === "skipped" && outcome.reason === "distro") {
      foreign.push(entry.writtenName);
    }
    if (outcome.status === "ran" || outcome.status === "failed") {
      frame.stageLog.flush();
      frame.ledger.flush();
    }
  }
  if (inactive.length > 0) {
    frame.log.info(
      `Skipping modules '${inactive.join(",")}' because no applicable config is provided.`,
    );
  }
  if (foreign.length > 0) {
    frame.log.info(
      `Skipping modules '${foreign.join(",")}' because they are not verified on distro '${frame.distro.name}'.  To run anyway, add them to 'unverified_modules' in config.`,
    );
  }
  return outcomes;
}

async function runEntry(
  frame: StageFrame,
  entry: ModuleEntry,
  run: ModuleRun,
): Promise<ModuleOutcome> {
  const found = findModule(entry.name);
  if (found === undefined) {
    const external = await findExternalEntry(frame, entry);
    switch (external.kind) {
      case "found":
        return runModule(frame, entry, external.entry, run);
      case "refused":
        return external.outcome;
      case "none":
        return reportWithoutModule(frame, entry);
    }
  }
  const isActive =
    found.activateByKeys === undefined ||
    found.activateByKeys.some((key) => Object.hasOwn(run.cloudConfig, key));
  if (!isActive && entry.args.length === 0) {
    return skip(
      frame,
      entry,
      "no-config",
      `none of ${found.activateByKeys?.join(", ") ?? ""} is in the configuration`,
    );
  }
  if (!fitsDistro(found, entry, frame, run.cloudConfig)) {
    return skip(frame, entry, "distro", `it is not for distro ${frame.distro.name}`);
  }
  return runModule(frame, entry, found, run);
}

/** Runs one module if it is due, and keeps its semaphore. Used by `single` too. */
export async function runModule(
  frame: StageFrame,
  entry: ModuleEntry,
  found: RegistryEntry,
  run: ModuleRun,
): Promise<ModuleOutcome> {
  const { name } = found;
  const frequency: Frequency = entry.frequency ?? found.frequency;
  const semaphore = run.hasInstanceDirectory
    ? moduleSemaphore(frame.paths, run.instance.id, name, [entry.writtenName], frequency)
    : undefined;
  const description = `running ${name} with frequency ${frequency}`;
  if (semaphore !== undefined && isSet(frame.base, semaphore)) {
    return frame.events.within(`config-${name}`, description, async (setResult) => {
      frame.log.debug(`config-${name} already ran (freq=${frequency})`);
      frame.ledger.forModule(name).record({ kind: "module", what: name, outcome: "already-ran" });
      setResult("SUCCESS", `config-${name} previously ran`);
      return { name, status: "already-ran" };
    });
  }
  const module = await found.load();
  return frame.events.within(`config-${module.name}`, description, async (setResult) => {
    const startMs = frame.base.clock.monotonicMs();
    const time = frame.base.clock.now().toISOString();
    const errors: string[] = [];
    const fail = createFail(frame, module, entry, run, errors);
    try {
      await runJournaled(frame, module.name, semaphore, async () => {
        try {
          await module.run(createContext(frame, module, { ...entry, frequency }, run, fail));
        } catch (error) {
          fail(errorChain(error), error);
        }
      });
    } catch (error) {
      fail(`Cannot keep that the module has run: ${errorChain(error)}`, error);
    }
    setResult(errors.length > 0 ? "FAIL" : "SUCCESS");
    frame.ledger.forModule(module.name).record({
      time,
      kind: "module",
      what: module.name,
      outcome: errors.length > 0 ? "failed" : "ok",
      durationMs: Math.round(frame.base.clock.monotonicMs() - startMs),
      ...(errors[0] === undefined ? {} : { reason: errors.join("; ") }),
    });
    if (errors.length === 0) {
      return { name: module.name, status: "ran" };
    }
    if (frequency !== "always" && semaphore !== undefined && isSet(frame.base, semaphore)) {
      const when = frequency === "once" ? "again" : "again for this instance";
      frame.log.info(
        `Module ${module.name} failed and will not run ${when}: run "cloud-init single -n ${module.name} --frequency always" to repeat it`,
      );
    }
    return { name: module.name, status: "failed", errors };
  });
}

type Fail = (problem: Problem | string, cause?: unknown) => void;

function createFail(
  frame: StageFrame,
  module: ConfigModule,
  entry: ModuleEntry,
  run: ModuleRun,
  errors: string[],
): Fail {
  return (given, cause) => {
    const problem: Problem = typeof given === "string" ? { message: given } : given;
    const place = problem.path === undefined ? undefined : run.locate(problem.path);
    const where =
      problem.line === undefined && place !== undefined
        ? `${place.source}:${place.line}: `
        : problem.source === undefined
          ? ""
          : `${problem.source}${problem.line === undefined ? "" : `:${problem.line}`}: `;
    const message = frame.secrets.mask(`${where}${problem.message}`);
    errors.push(message);
    frame.log.warn(`Running ${entry.writtenName} (${module.name}) failed: ${message}`);
    if (cause instanceof Error && cause.stack !== undefined) {
      frame.log.debug(cause.stack);
    }
    const name = cause instanceof Error ? cause.name : "Error";
    frame.recordError(`('${module.name}', ${name}('${message}'))`, message);
  };
}

function createContext(
  frame: StageFrame,
  module: ConfigModule,
  entry: ModuleEntry,
  run: ModuleRun,
  fail: Fail,
): ModuleContext {
  return {
    sys: frame.sys,
    distro: frame.distro,
    instance: run.instance,
    paths: frame.paths,
    log: frame.stageLog.named(module.logName ?? `${module.name}.ts`),
    ledger: frame.ledger.forModule(module.name),
    entryName: entry.writtenName,
    stage: frame.name,
    ...(entry.frequency === undefined ? {} : { frequency: entry.frequency }),
    args: entry.args,
    cloudConfig: run.cloudConfig,
    systemInfo: run.systemInfo,
    rootOwner: frame.rootOwner,
    async applyNetwork() {
      const { applyNetwork } = await import("./apply-network.ts");
      const before = frame.errorCount();
      await applyNetwork(frame, run.instance);
      return frame.errorCount() - before;
    },
    fail,
    locate: run.locate,
  };
}

function fitsDistro(
  module: Pick<ConfigModule, "name" | "distros">,
  entry: ModuleEntry,
  frame: StageFrame,
  config: CloudConfig,
): boolean {
  if (
    module.distros === undefined ||
    module.distros.includes(frame.distro.name) ||
    module.distros.includes(frame.distro.family)
  ) {
    return true;
  }
  const unverified: unknown = config["unverified_modules"];
  const isWanted =
    Array.isArray(unverified) &&
    unverified.some((name) => name === entry.writtenName || name === module.name);
  if (isWanted) {
    frame.log.info(`running unverified_modules: '${entry.writtenName}'`);
  }
  return isWanted;
}

function skip(
  frame: StageFrame,
  entry: ModuleEntry,
  reason: "no-config" | "distro",
  why: string,
): ModuleOutcome {
  frame.ledger
    .forModule(entry.name)
    .record({ kind: "module", what: entry.name, outcome: "skipped", reason: why });
  return { name: entry.name, status: "skipped", reason };
}

function reportWithoutModule(frame: StageFrame, entry: ModuleEntry): ModuleOutcome {
  const known = findKnownName(entry.name);
  if (known === undefined) {
    frame.log.warn(`Could not find module named cc_${entry.name}`);
    return { name: entry.name, status: "skipped", reason: "unknown" };
  }
  const message = knownNameMessage(entry.writtenName, known);
  if (known.kind === "no-op") {
    frame.log.debug(message);
  } else {
    frame.log.info(message);
  }
  frame.ledger
    .forModule(entry.name)
    .record({ kind: "module", what: entry.name, outcome: "skipped", reason: message });
  return { name: entry.name, status: "skipped", reason: "no-effect" };
}
