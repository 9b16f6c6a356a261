import { Buffer } from "node:buffer";
import {
  createPlanAix,
  createPlanLinux,
  type PlanMachine,
  type PlanMachineSeed,
} from "./plan-machine.ts";
import type { PlanModules } from "./plan-modules.ts";
import { defaultConfigFiles } from "../../config/default-cloud-cfg.ts";
import { distroDefaults } from "../../distros/registry.ts";
import type { PathRoots } from "../../instance/paths.ts";
import type { StageName } from "../../stages/stage.ts";
import { runStage } from "../../stages/run-stage.ts";
import { exists, isDirectory } from "../../system/files.ts";
import type { CliContext } from "../cli-context.ts";
import { buildReport } from "./build-report.ts";
import { findAdapters } from "./plan-adapters.ts";
import { findPlanDisks } from "./plan-disks.ts";
import { type PlanInputs, type PlanRequest, readPlanInputs } from "./plan-inputs.ts";
import type { PlacedSeed } from "./place-seed.ts";
import { createPlanRecorder } from "./plan-recorder.ts";
import { readAdvice, withAdvice } from "./user-data-advice.ts";
import type { PlanConfigSummary, PlanReport, PlanSourceSummary } from "./plan-report.ts";

export interface PlanOptions {
  readonly withDiffs: boolean;
  readonly distro: string;
  readonly force: boolean;
  readonly debug: boolean;
  /** A directory with external modules, in place of this machine's. */
  readonly modules?: string;
  /** Run those that declare that they change nothing in a plan. */
  readonly runModules?: boolean;
}

const STAGES: readonly StageName[] = ["init-local", "init", "modules-config", "modules-final"];

/**
 * Runs the four stages of a first boot on a machine in memory that fits the drive, and reports all
 * that they do. Of this machine, only the files that `request` names and its external modules are
 * read, and nothing is written. Throws a UsageError for a request that cannot be planned.
 */
export async function runPlan(
  ctx: CliContext,
  request: PlanRequest,
  options: PlanOptions,
): Promise<PlanReport> {
  const inputs = await readPlanInputs(ctx, request);
  const { paths } = await distroDefaults(ctx.sys, options.distro);
  const seed: PlanMachineSeed = {
    files: machineFiles(inputs, options.distro, paths.configFile),
    ...(usesDisc(inputs) ? { disc: inputs.source.disc } : {}),
    adapters: await findAdapters(inputs.source?.tree),
    disks: findPlanDisks(options.distro, configTexts(inputs)),
    now: ctx.sys.clock.now(),
  };
  const bare =
    options.distro === "aix"
      ? await createPlanAix(seed)
      : await createPlanLinux(options.distro, seed);
  const modules = await findModules(ctx, bare, paths.modulesDir, options);
  const machine = modules?.machine ?? bare;
  const placed = await placeDrive(machine, inputs, options.distro, paths);
  const recorder = createPlanRecorder({ machine, withDiffs: options.withDiffs });
  const configFiles = [
    ...(inputs.source === undefined ? [NONE_CONFIG] : []),
    ...(placed?.configFiles ?? []),
    ...inputs.files.map(({ path }) => path),
  ];
  const { force, debug } = options;
  const networkBefore = machine.network?.();
  for (const name of STAGES) {
    const listener = recorder.begin(name);
    recorder.end(
      await runStage(name, machine.system, {
        configFiles,
        force,
        debug,
        isPlan: true,
        ...listener,
      }),
    );
  }
  if (debug) {
    ctx.stderr(machine.standardError());
  }
  modules?.annotate(recorder.stages);
  const advice = await readAdvice(machine.system, paths, options.distro);
  const report = await buildReport({
    machine,
    networkBefore,
    stages: recorder.stages,
    source: describeSource(request, inputs),
    config: describeConfig(ctx, request, paths.configFile),
    problems: [...(inputs.source?.problems ?? []), ...(placed?.problems ?? [])],
  });
  return withAdvice(report, [...(placed?.warnings ?? []), ...advice]);
}

/** A NoCloud seed is where the machine's own configuration says. */
async function placeDrive(
  machine: PlanMachine,
  inputs: PlanInputs,
  distro: string,
  paths: PathRoots,
): Promise<PlacedSeed | undefined> {
  if (inputs.source?.layout !== "no-cloud") {
    return undefined;
  }
  const { placeSeed } = await import("./place-seed.ts");
  const files = inputs.source.files();
  const { userData } = inputs;
  return placeSeed(machine, {
    distro,
    paths,
    isConfigGiven: inputs.config !== undefined || inputs.files.length > 0,
    configFiles: inputs.files.map(({ path }) => path),
    ...(usesDisc(inputs)
      ? {}
      : { files: userData === undefined ? files : { ...files, "user-data": userData } }),
  });
}

/** External modules, where there are any: none of their code is loaded otherwise. */
async function findModules(
  ctx: CliContext,
  machine: PlanMachine,
  target: string | undefined,
  { modules, runModules }: PlanOptions,
): Promise<PlanModules | undefined> {
  const directory = modules ?? target;
  if (target === undefined || directory === undefined || !isDirectory(ctx.sys.fs, directory)) {
    return undefined;
  }
  const { placePlanModules } = await import("./plan-modules.ts");
  return placePlanModules(ctx.sys, machine, target, {
    directory,
    isInstalled: modules !== undefined,
    isRun: runModules === true,
  });
}

/** Where a configuration may name disks. */
function configTexts(inputs: PlanInputs): readonly Uint8Array[] {
  const drive = Object.entries(inputs.source?.files() ?? {}).flatMap(([path, content]) =>
    /(?:^|\/)(?:user_data|vendor_data2?\.json|user-data|vendor-data)$/u.test(path) ? [content] : [],
  );
  const { userData, config } = inputs;
  return [
    ...(userData === undefined ? drive : [userData]),
    ...(config === undefined ? [] : [config]),
    ...inputs.files.map(({ content }) => content),
  ];
}

/** A seed directory that is looked at whatever cloud_dir is (compat datasources.md §3.1). */
const SEED_DIRECTORY = "/config-drive";
/** Over every other configuration. */
const NONE_CONFIG = "/plan/datasource.cfg";

function usesDisc(
  inputs: PlanInputs,
): inputs is PlanInputs & { readonly source: { readonly disc: Uint8Array } } {
  return inputs.source?.disc !== undefined && inputs.userData === undefined;
}

function machineFiles(
  inputs: PlanInputs,
  distro: string,
  configFile: string,
): Readonly<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  const directory = configFile.slice(0, configFile.lastIndexOf("/"));
  for (const { name, content } of defaultConfigFiles(distro === "aix" ? "aix" : "linux")) {
    files[`${directory}/${name}`] = new TextEncoder().encode(content);
  }
  if (inputs.config !== undefined) {
    files[configFile] = inputs.config;
  }
  if (inputs.source === undefined) {
    files[NONE_CONFIG] = noneConfig(inputs.userData);
  } else if (!usesDisc(inputs) && inputs.source.layout === "config-drive") {
    Object.assign(files, seedFiles(inputs));
  }
  for (const { path, content } of inputs.files) {
    files[path] = content;
  }
  return files;
}

/** The datasource None with exactly these bytes, so that lines are told as they are in the file. */
function noneConfig(userData: Uint8Array | undefined): Uint8Array {
  const base64 = Buffer.from(userData ?? new Uint8Array()).toString("base64");
  return new TextEncoder().encode(
    [
      "datasource_list: [None]",
      "datasource:",
      "  None:",
      `    userdata_raw: !!binary "${base64}"`,
      "",
    ].join("\n"),
  );
}

/** The drive's files, with the user-data that is asked for in place of its own. */
function seedFiles(inputs: PlanInputs): Readonly<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  const replaced: Record<string, Uint8Array> = {};
  const { userData } = inputs;
  for (const [path, content] of Object.entries(inputs.source?.files() ?? {})) {
    files[`${SEED_DIRECTORY}/${path}`] = content;
    const version = /^openstack\/[^/]+(?=\/meta_data\.json$)/u.exec(path)?.[0];
    if (userData !== undefined && version !== undefined) {
      replaced[`${SEED_DIRECTORY}/${version}/user_data`] = userData;
    }
  }
  return { ...files, ...replaced };
}

function describeSource(request: PlanRequest, inputs: PlanInputs): PlanSourceSummary {
  const userDataPath = request.userData === undefined ? {} : { userDataPath: request.userData };
  const { source } = inputs;
  if (source === undefined) {
    return { kind: "none", description: "no drive: the datasource None", ...userDataPath };
  }
  const path = request.source === undefined ? {} : { path: request.source };
  return { kind: source.kind, ...path, description: source.description, ...userDataPath };
}

function describeConfig(
  ctx: CliContext,
  request: PlanRequest,
  configFile: string,
): PlanConfigSummary {
  if (request.config !== undefined) {
    return { path: request.config };
  }
  return exists(ctx.sys.fs, configFile) ? { unusedPath: configFile } : {};
}
