import { isMapping } from "../../config/cloud-config.ts";
import type { LedgerEntry } from "../../report/ledger.ts";
import type { Paths } from "../../instance/paths.ts";
import { createLocate } from "../../stages/locate.ts";
import { parseModuleList } from "../../stages/module-list.ts";
import type { StageFrame } from "../../stages/stage-frame.ts";
import type { StageName, StageOptions } from "../../stages/stage.ts";
import type { Change } from "../../system/change.ts";
import { readTextIfExists } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import { type BeforeChange, describeChange } from "./describe-change.ts";
import { describeUser, rememberUsers, type UsersBefore } from "./describe-user.ts";
import { statusOf } from "./module-status.ts";
import type { PlanMachine } from "./plan-machine.ts";
import type { PlanModuleStatus } from "./plan-report.ts";
import type { Place, PlanStep, StoredScriptStep } from "./plan-step.ts";
import { createStateFilter } from "./state-files.ts";

/** What a stage did, as it was heard: nothing is masked yet, and nothing said twice is left out. */
export interface RecordedStage {
  readonly name: StageName;
  exitCode: number;
  /** By name, in the order of their first event; "" for what belongs to no module. */
  readonly blocks: Map<string, RecordedBlock>;
  frame?: StageFrame;
}

export interface RecordedBlock {
  readonly steps: PlanStep[];
  readonly errors: string[];
  readonly warnings: string[];
  readonly unknown: string[];
  status: PlanModuleStatus;
  frequency?: "once-per-instance" | "always" | "once";
}

/** Listens to the stages of one simulated boot. */
export interface PlanRecorder {
  /** The options with which the stage is run. */
  begin(
    name: StageName,
  ): Pick<StageOptions, "onChange" | "onError" | "onOpen" | "onStep" | "onWarning">;
  end(exitCode: number): void;
  readonly stages: readonly RecordedStage[];
}

export interface RecorderOptions {
  readonly machine: PlanMachine;
  readonly withDiffs: boolean;
}

/** How the warning begins that says why a datasource gave no instance. */
export const PASSED_OVER = "No instance by ";

/** Makes a recorder; nothing has been heard yet. */
export function createPlanRecorder(options: RecorderOptions): PlanRecorder {
  const { fs } = options.machine.system;
  const recording: Recording = {
    ...options,
    users: rememberUsers(fs),
    stages: [],
    current: createStage("init-local"),
    isState: () => false,
    before: { fs, rootOwner: "root", withDiffs: options.withDiffs, scriptRoots: () => [] },
  };
  return {
    stages: recording.stages,
    begin(name) {
      recording.current = createStage(name);
      recording.stages.push(recording.current);
      delete recording.pending;
      return {
        onOpen: (frame) => openStage(recording, frame),
        onChange: (change, module) => recordChange(recording, change, module),
        onStep: (entry) => recordStep(recording, entry),
        onWarning: (text, module) => void blockOf(recording, module).warnings.push(text),
        onError: (text, module) => recordError(recording, text, module),
      };
    },
    end(exitCode) {
      recording.current.exitCode = exitCode;
      addFrequencies(fs, recording.current);
    },
  };
}

interface Recording extends RecorderOptions {
  readonly users: UsersBefore;
  readonly stages: RecordedStage[];
  current: RecordedStage;
  isState: (path: string, module: string | undefined) => boolean;
  before: BeforeChange;
  /** The command or script whose outcome has not been told yet. */
  pending?: { readonly block: RecordedBlock; readonly index: number };
}

function createStage(name: StageName): RecordedStage {
  return { name, exitCode: 0, blocks: new Map() };
}

function openStage(recording: Recording, frame: StageFrame): void {
  const { paths, rootOwner } = frame;
  recording.current.frame = frame;
  recording.isState = createStateFilter(paths);
  recording.before = {
    ...recording.before,
    rootOwner,
    scriptRoots: (path) => [...instanceRoots(paths, path), paths.cloudDir, paths.runDir],
  };
}

function blockOf({ current }: Recording, module: string | undefined): RecordedBlock {
  const name = module ?? "";
  const known = current.blocks.get(name);
  if (known !== undefined) {
    return known;
  }
  const block: RecordedBlock = {
    steps: [],
    errors: [],
    warnings: [],
    unknown: [],
    status: "runs",
  };
  current.blocks.set(name, block);
  return block;
}

function addStep(recording: Recording, module: string | undefined, step: PlanStep): void {
  const block = blockOf(recording, module);
  block.steps.push(step);
  if (step.kind === "command" || step.kind === "script") {
    recording.pending = { block, index: block.steps.length - 1 };
  }
}

function recordChange(recording: Recording, change: Change, module: string | undefined): void {
  const { current, before, machine } = recording;
  if (isAboutFile(change) && recording.isState(change.path, module)) {
    const stored = current.frame && storedScript(change, current.frame.paths);
    if (stored !== undefined) {
      addStep(recording, module, stored);
    }
    return;
  }
  const step = locateScript(describeChange(change, before), current.frame);
  const isUnknown = step.kind === "command" && !machine.simulates(step.argv[0] ?? "");
  addStep(recording, module, isUnknown ? { ...step, isUnknown } : step);
}

function recordError(recording: Recording, text: string, module: string | undefined): void {
  const block = blockOf(recording, module);
  if (recording.machine.gaps.some((line) => text.includes(programOf(line)))) {
    block.unknown.push(text);
  } else if (module === undefined) {
    addError(block, text);
  } else {
    block.errors.push(text);
  }
}

function recordStep(recording: Recording, entry: LedgerEntry): void {
  const { machine, users } = recording;
  switch (entry.kind) {
    case "command":
    case "script":
      settleCommand(recording, entry);
      return;
    case "file":
      settleFile(blockOf(recording, entry.module), entry);
      return;
    case "user": {
      const place = placeOf(entry);
      const step = describeUser(machine.system.fs, entry.what, users);
      addStep(recording, entry.module, place === undefined ? step : { ...step, place });
      return;
    }
    case "module":
      blockOf(recording, entry.module).status = statusOf(entry);
      return;
    case "datasource":
      recordDatasource(blockOf(recording, undefined), entry);
      return;
    case "stage":
    case "part":
    case "network":
      return;
  }
}

function settleCommand(recording: Recording, entry: LedgerEntry): void {
  const { pending } = recording;
  const step = pending?.block.steps[pending.index];
  const failure = entry.outcome === "failed" ? { failure: failureOf(entry) } : {};
  const place = placeOf(entry);
  if (pending !== undefined && step?.kind === "command") {
    pending.block.steps[pending.index] = { ...step, ...failure };
  } else if (pending !== undefined && step?.kind === "script") {
    const placed = place === undefined ? {} : { place };
    pending.block.steps[pending.index] = { ...step, ...failure, ...placed };
  }
  delete recording.pending;
}

/** The ledger and the stage may both tell of one failure: the fuller text counts. */
function addError(block: RecordedBlock, text: string): void {
  const index = block.errors.findIndex((known) => text.endsWith(known));
  if (index !== -1) {
    block.errors[index] = text;
  } else if (!block.errors.some((known) => known.endsWith(text))) {
    block.errors.push(text);
  }
}

function recordDatasource(block: RecordedBlock, { outcome, what, reason = "" }: LedgerEntry): void {
  if (outcome === "failed") {
    // The boot goes on with the next datasource; the drive that it should have read is broken.
    addError(block, reason);
  } else if (outcome === "skipped") {
    block.warnings.push(`${PASSED_OVER}${what}: ${reason}`);
  }
}

function isAboutFile(change: Change): change is Extract<Change, { readonly path: string }> {
  return change.kind !== "command" && change.kind !== "request";
}

/** A script that is kept for later, in the agent's own directories. */
function storedScript(change: Change, paths: Paths): StoredScriptStep | undefined {
  if (change.kind !== "write") {
    return undefined;
  }
  const { path, content } = change;
  const below = [paths.cloudDir, ...instanceRoots(paths, path)].reverse();
  const name = below
    .filter((root) => path.startsWith(`${root}/scripts/`))
    .map((root) => path.slice(root.length + 1))[0];
  return name === undefined
    ? undefined
    : { kind: "stored-script", name, path, sizeBytes: content.length };
}

/** The commands of runcmd have no step of their own in the ledger, only the script made of them. */
function locateScript(step: PlanStep, frame: StageFrame | undefined): PlanStep {
  if (step.kind !== "script" || step.name !== "scripts/runcmd" || frame === undefined) {
    return step;
  }
  const place = createLocate(() => frame.config.documentLines())(["runcmd"]);
  return place === undefined ? step : { ...step, place };
}

function placeOf({ source, line }: LedgerEntry): Place | undefined {
  return source === undefined || line === undefined ? undefined : { source, line };
}

function failureOf({ exitCode = 0, stderr = "", reason = "" }: LedgerEntry): string {
  if (exitCode === 0) {
    return reason === "" ? "fails" : reason;
  }
  const said = stderr.trim().split("\n").at(-1) ?? "";
  const ending = `exit code ${exitCode}`;
  if (said !== "") {
    return `${ending}: ${said}`;
  }
  // A script that cannot be started has a better reason than its exit code.
  return reason === "" || reason.startsWith("exit code") ? ending : reason;
}

/** The last step for this file that has no place yet: an entry comes right after its write. */
function settleFile(block: RecordedBlock, entry: LedgerEntry): void {
  let index = block.steps.length - 1;
  while (index >= 0 && !isUnplaced(block.steps[index], entry.what)) {
    index -= 1;
  }
  const step = block.steps[index];
  const place = placeOf(entry);
  if (step?.kind === "file") {
    block.steps[index] = {
      ...step,
      ...(entry.outcome === "failed" ? { failure: entry.reason ?? "fails" } : {}),
      ...(place === undefined ? {} : { place }),
    };
  }
}

function isUnplaced(step: PlanStep | undefined, path: string): boolean {
  return step?.kind === "file" && step.path === path && step.place === undefined;
}

/** The directory of the instance that `path` belongs to, if it does to one. */
function instanceRoots({ instancesDir }: Paths, path: string): readonly string[] {
  if (!path.startsWith(`${instancesDir}/`)) {
    return [];
  }
  const id = path.slice(instancesDir.length + 1).split("/", 1)[0] ?? "";
  return [`${instancesDir}/${id}`];
}

function programOf(commandLine: string): string {
  return commandLine.split(" ", 1)[0] ?? commandLine;
}

const SECTIONS: Readonly<Record<StageName, string>> = {
  "init-local": "cloud_init_modules",
  init: "cloud_init_modules",
  "modules-config": "cloud_config_modules",
  "modules-final": "cloud_final_modules",
};

/** Frequencies that the module list gives; a module's own are added later. */
function addFrequencies(fs: FileSystem, stage: RecordedStage): void {
  const { frame } = stage;
  const text =
    frame === undefined
      ? undefined
      : readTextIfExists(fs, `${frame.paths.runDir}/combined-cloud-config.json`);
  const config: unknown = text === undefined ? {} : JSON.parse(text);
  const section = SECTIONS[stage.name];
  const { entries } = parseModuleList(isMapping(config) ? config[section] : undefined, section);
  for (const { name, frequency } of entries) {
    const block = stage.blocks.get(name);
    if (block !== undefined && frequency !== undefined) {
      block.frequency = frequency;
    }
  }
}
