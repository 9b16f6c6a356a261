import type { DatasourceSearch, SearchStage } from "../datasources/find-datasource.ts";
import { findDatasource } from "../datasources/find-datasource.ts";
import type { Instance } from "../instance/instance.ts";
import { linkInstance, readInstance, storeInstance } from "../instance/instance-store.ts";
import { isSafeInstanceId } from "../instance/instance-json.ts";
import { readTextIfExists } from "../system/files.ts";
import { findKeptInstance, isDriveRequired, isListed } from "./known-machine.ts";
import type { StageFrame } from "./stage-frame.ts";

/** Which instance the machine is at this stage. */
export type CurrentInstance =
  | { readonly found: true; readonly instance: Instance; readonly how: "datasource" | "kept" }
  /** dsmode pass: network and files are wanted, but nobody claims the instance. */
  | { readonly found: false; readonly passing?: Instance };

/** The instance that this boot has settled on; written by init, read by the later stages. */
function markerPath(frame: StageFrame): string {
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
  const machineId = once(() => frame.distro.readMachineId());
  const search = await searchDatasources(frame, stage);
  const found = search.instance;
  const passing = search.networkOnly;
  const mayKeep = !isDriveRequired(frame.baseConfig);
  if (found !== undefined && found.isFallback !== true) {
    return claim(frame, found, await machineId());
  }
  const kept = mayKeep ? await findKeptInstance(frame, machineId) : undefined;
  if (kept?.kind === "same-machine") {
    return keep(frame, kept.kept.instance);
  }
  if (kept?.kind === "other-machine") {
    frame.log.info(
      `No datasource answers, and ${kept.reason}: nothing is changed and the kept instance is not used`,
    );
  }
  if (found !== undefined) {
    return claim(frame, found, await machineId());
  }
  return { found: false, ...(passing === undefined ? {} : { passing }) };
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
  if (!isDriveRequired(frame.baseConfig)) {
    const kept = await findKeptInstance(frame, () => frame.distro.readMachineId());
    if (kept.kind === "same-machine") {
      return keep(frame, kept.kept.instance);
    }
  }
  const search = await searchDatasources(frame, "later");
  return search.instance === undefined
    ? { found: false }
    : claim(frame, search.instance, await frame.distro.readMachineId());
}

/** Makes what a datasource gave the current instance. */
function claim(
  frame: StageFrame,
  instance: Instance,
  machineId: string | undefined,
): CurrentInstance {
  storeInstance(frame.base, frame.paths, instance, machineId);
  frame.ledger.open(frame.paths.instance(instance.id).ledgerFile);
  mark(frame, instance.id);
  frame.log.info(`Found instance ${instance.id} by ${instance.description}`);
  frame.ledger
    .forModule(undefined)
    .record({ kind: "datasource", what: instance.description, outcome: "ok" });
  return { found: true, instance, how: "datasource" };
}

/** Lets a kept instance stay current. */
function keep(frame: StageFrame, instance: Instance): CurrentInstance {
  linkInstance(frame.base, frame.paths, instance.id);
  frame.ledger.open(frame.paths.instance(instance.id).ledgerFile);
  mark(frame, instance.id);
  frame.log.info(
    `No datasource answers (the config drive is gone), and this is still the machine of instance ${instance.id}: it stays current, per-boot work runs, nothing else`,
  );
  return { found: true, instance, how: "kept" };
}

function mark(frame: StageFrame, id: string): void {
  frame.base.fs.write(markerPath(frame), `${id}\n`, { mode: 0o644 });
}

/** A boot begins: what an earlier one settled on holds no longer. */
export function forgetCurrentInstance(frame: StageFrame): void {
  frame.base.fs.remove(markerPath(frame));
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
