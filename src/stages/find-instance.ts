import type { DatasourceSearch, PassedOver, SearchStage } from "../datasources/find-datasource.ts";
import { findDatasource } from "../datasources/find-datasource.ts";
import { DATASOURCES } from "../datasources/registry.ts";
import type { Instance } from "../instance/instance.ts";
import { makeCurrent, readInstance, storeInstance } from "../instance/instance-store.ts";
import { isSafeInstanceId } from "../instance/instance-json.ts";
import { readTextIfExists } from "../system/files.ts";
import { errorChain } from "../text/error-message.ts";
import { formatProblem, type Problem } from "../text/problem.ts";
import { findKeptInstance, isDriveRequired, isListed } from "./known-machine.ts";
import type { StageFrame } from "./stage-frame.ts";

/** Which instance the machine is at this stage. */
export type CurrentInstance =
  | { readonly found: true; readonly instance: Instance; readonly how: "datasource" | "kept" }
  /** dsmode pass: network and files are wanted, but nobody claims the instance. `isUnnamed`: its id is its datasource's own. */
  | {
      readonly found: false;
      readonly passing?: { readonly instance: Instance; readonly isUnnamed?: true };
    };

/** Where the id of the instance stands that this boot has settled on: written by init, read by the later stages, removed when a boot begins. */
export function markerPath(frame: StageFrame): string {
  return `${frame.paths.runDir}/.instance-id`;
}

/**
 * init-local and init: asks the datasources of that stage, and where none answers keeps the
 * instance that is here already if it belongs to this machine (DECISIONS 6).
 */
export async function findInstance(
  frame: StageFrame,
  stage: "init-local" | "init",
): Promise<CurrentInstance> {
  const machineId = once(() => readMachineId(frame));
  if (stage === "init-local") {
    // Without its drive a new machine is nobody: nothing is gained by not waiting for it.
    frame.distro.storage.waitLonger?.(
      async () => (await findKeptInstance(frame, machineId)).kind !== "same-machine",
    );
  }
  const search = await searchDatasources(frame, stage);
  const found = search.instance;
  if (found !== undefined && found.isFallback !== true) {
    const former =
      search.yieldsToKept === true ? await findFormer(frame, found, machineId) : undefined;
    if (former !== undefined) {
      const why = `${found.description} gives no instance-id, and what else made instance ${former.id} is gone`;
      return keep(frame, former, [], why);
    }
    recordProblems(frame, search.problems);
    return claim(frame, found, await machineId(), search.afterStored);
  }
  const passing = passingOf(search);
  const kept = await findKeptInstance(frame, machineId);
  if (kept.kind === "same-machine" && !isDriveMissed(frame, kept.kept.instance)) {
    const { instance } = kept.kept;
    if (stage === "init-local" && isAskedLater(instance.datasource, search)) {
      // The cloud may have made another instance of the machine, or have new data for it.
      frame.log.debug(
        `Instance ${instance.id} is kept, and its datasource ${instance.datasource} is asked in init`,
      );
      return { found: false, ...passing };
    }
    return keep(frame, instance, search.passedOver);
  }
  if (kept.kind === "other-machine") {
    frame.log.info(
      `No datasource answers, and ${kept.reason}: nothing is changed and the kept instance is not used`,
    );
  } else if (kept.kind === "none") {
    frame.log.debug(`No instance is kept: ${kept.reason}`);
  }
  // Never a new instance because a drive is missing: None is for a machine that keeps none.
  if (found !== undefined && kept.kind === "none") {
    warnOfSilence(frame, search);
    return claim(frame, found, await machineId());
  }
  recordProblems(frame, search.problems);
  if (stage === "init") {
    tellWhyNone(frame, search);
  }
  return { found: false, ...passing };
}

/** The kept instance that more made than what was found now; undefined where that is all of it. */
async function findFormer(
  frame: StageFrame,
  found: Instance,
  machineId: () => Promise<string | undefined>,
): Promise<Instance | undefined> {
  const kept = await findKeptInstance(frame, machineId);
  if (kept.kind !== "same-machine" || kept.kept.instance.datasource !== found.datasource) {
    return undefined;
  }
  const { instance } = kept.kept;
  const sources = seedsOf(found);
  return seedsOf(instance).every((seed) => sources.includes(seed)) ? undefined : instance;
}

/** As its description names them: "DataSourceNoCloud [seed=cmdline,cd0]". */
function seedsOf({ description }: Instance): readonly string[] {
  return /\[seed=([^\]]*)\]/u.exec(description)?.[1]?.split(",") ?? [];
}

function passingOf({
  networkOnly,
  isNetworkOnlyUnnamed,
}: DatasourceSearch): Pick<Extract<CurrentInstance, { found: false }>, "passing"> {
  return networkOnly === undefined
    ? {}
    : {
        passing: {
          instance: networkOnly,
          ...(isNetworkOnlyUnnamed === undefined ? {} : { isUnnamed: isNetworkOnlyUnnamed }),
        },
      };
}

/** Whether the instance may be the machine's with its config drive alone. */
function isDriveMissed(frame: StageFrame, instance: Instance): boolean {
  const isMissed = isDriveRequired(frame.baseConfig, instance);
  if (isMissed) {
    frame.log.info(
      `Instance ${instance.id} is kept and not used: datasource.ConfigDrive.require_drive is true, and no config drive can be read`,
    );
  }
  return isMissed;
}

/** None takes over where somebody else should have answered. */
function warnOfSilence({ log }: StageFrame, { passedOver }: DatasourceSearch): void {
  for (const { name, reason, isSilent } of passedOver) {
    if (isSilent === true) {
      log.warn(`Getting data from ${name} failed: ${reason}`);
    }
  }
}

/** A warning, so that status.json has it too: without an instance there is no ledger to look into. */
function tellWhyNone({ log }: StageFrame, { searchedClasses, passedOver }: DatasourceSearch): void {
  const reasons = passedOver.map(({ name, reason }) => `${name}: ${reason}`);
  log.warn(
    [
      `Did not find any data source, searched classes: (${searchedClasses.join(", ")})`,
      ...reasons,
    ].join("; "),
  );
}

/** Whether a datasource can answer from init on only, always or by what it finds here. */
function isAskedLater(datasource: string, { passedOver }: DatasourceSearch): boolean {
  return (
    DATASOURCES.some(({ name, needs }) => name === datasource && needs === "network") ||
    passedOver.some(({ name, isAskedLater }) => name === datasource && isAskedLater === true)
  );
}

function recordProblems(frame: StageFrame, problems: readonly Problem[]): void {
  for (const problem of problems) {
    const { message, source, severity } = problem;
    if (severity !== "warning") {
      const isNamed = source !== undefined && message.includes(source);
      frame.recordError(isNamed ? message : formatProblem(problem));
    }
  }
}

/** Asks the datasources; each that was passed over is in the ledger, with its reason. */
function searchDatasources(frame: StageFrame, stage: SearchStage): Promise<DatasourceSearch> {
  const { sys, distro, paths, log } = frame;
  return frame.events.within("search", "searching for datasources", async (setResult) => {
    const search = await findDatasource(stage, frame.baseConfig, { sys, distro, paths, log });
    const ledger = frame.ledger.forModule(undefined);
    for (const { name, reason, hasFailed } of search.passedOver) {
      const outcome = hasFailed ? "failed" : "skipped";
      ledger.record({ kind: "datasource", what: name, outcome, reason });
    }
    if (search.instance === undefined && search.passedOver.some((passed) => passed.hasFailed)) {
      setResult("WARN");
    }
    return search;
  });
}

/** The instance that an earlier stage of this boot settled on, read from its files; undefined where there is none. */
export function settledInstance(frame: StageFrame): Instance | undefined {
  const id = readTextIfExists(frame.base.fs, markerPath(frame))?.trim();
  if (id === undefined || !isSafeInstanceId(id)) {
    return undefined;
  }
  const kept = readInstance(frame.base, frame.paths, id);
  if (kept === undefined) {
    frame.log.warn(
      `Instance ${id} is current, but "${frame.paths.instance(id).cacheFile}" cannot be read`,
    );
    return undefined;
  }
  frame.ledger.open(frame.paths.instance(id).ledgerFile);
  return kept.instance;
}

/** The later stages and `single`: the settled instance, else what a boot without the drive would find. */
export async function currentInstance(frame: StageFrame): Promise<CurrentInstance> {
  const settled = settledInstance(frame);
  if (settled !== undefined && isListed(frame.baseConfig, settled.datasource)) {
    return { found: true, instance: settled, how: "kept" };
  }
  // Run by hand before any init of this boot: what a boot without the drive would do.
  return findInstanceWithoutInit(frame);
}

async function findInstanceWithoutInit(frame: StageFrame): Promise<CurrentInstance> {
  const machineId = once(() => readMachineId(frame));
  const kept = await findKeptInstance(frame, machineId);
  if (kept.kind === "same-machine") {
    const { instance } = kept.kept;
    return isDriveMissed(frame, instance) ? { found: false } : keep(frame, instance, []);
  }
  const search = await searchDatasources(frame, "later");
  return search.instance === undefined
    ? { found: false }
    : claim(frame, search.instance, await machineId());
}

/** A machine that cannot be asked is one that does not tell. */
async function readMachineId(frame: StageFrame): Promise<string | undefined> {
  try {
    return await frame.distro.readMachineId();
  } catch (error) {
    frame.log.warn(`Cannot tell which machine this is: ${errorChain(error)}`);
    return undefined;
  }
}

/** Makes what a datasource gave the current instance. On a full disk it is used although it cannot be kept: the machine is to be reachable. */
async function claim(
  frame: StageFrame,
  instance: Instance,
  machineId: string | undefined,
  afterStored?: () => Promise<void>,
): Promise<CurrentInstance> {
  // Before anything is logged of it.
  frame.secrets.addFrom(instance.config ?? {});
  const isStored = attemptToKeep(frame, instance.id, () => {
    storeInstance(frame.base, frame.paths, instance, machineId);
  });
  if (isStored) {
    await afterStored?.();
  }
  frame.ledger.open(frame.paths.instance(instance.id).ledgerFile);
  mark(frame, instance.id);
  frame.log.info(`Found instance ${instance.id} by ${instance.description}`);
  frame.ledger
    .forModule(undefined)
    .record({ kind: "datasource", what: instance.description, outcome: "ok" });
  return { found: true, instance, how: "datasource" };
}

/** Lets a kept instance stay current. A drive that is there and broken is an error all the same. */
function keep(
  frame: StageFrame,
  instance: Instance,
  passedOver: readonly PassedOver[],
  why?: string,
): CurrentInstance {
  attemptToKeep(frame, instance.id, () => {
    makeCurrent(frame.base, frame.paths, instance.id);
  });
  frame.ledger.open(frame.paths.instance(instance.id).ledgerFile);
  mark(frame, instance.id);
  for (const { name, reason, hasFailed } of passedOver) {
    if (hasFailed) {
      frame.recordError(`Getting data from ${name} failed: ${reason}`);
    }
  }
  const silence =
    instance.datasource === "ConfigDrive"
      ? "No datasource answers (the config drive is gone)"
      : "No datasource answers";
  const hasFailed = passedOver.some((passed) => passed.hasFailed);
  frame.log.info(
    `${why ?? (hasFailed ? "No datasource can be read" : silence)}, and this is still the machine of instance ${instance.id}: it stays current, per-boot work runs, nothing else`,
  );
  return { found: true, instance, how: "kept" };
}

function mark(frame: StageFrame, id: string): void {
  attemptToKeep(frame, id, () => {
    frame.base.fs.write(markerPath(frame), `${id}\n`, { mode: 0o644 });
  });
}

function attemptToKeep(frame: StageFrame, id: string, work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    frame.fail(`Cannot keep instance ${id}: ${errorChain(error)}`, error);
    return false;
  }
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}

/** What modules run for with `--force` and no datasource: the None datasource's instance, kept nowhere. */
export function fallbackInstance(): Instance {
  return {
    id: "iid-datasource-none",
    datasource: "None",
    description: "DataSourceNone",
    platform: "none",
    dsmode: "net",
    publicKeys: [],
    files: [],
    rawMetadata: {},
    isFallback: true,
  };
}
