import type { Instance } from "../../instance/instance.ts";
import { readInstance, readInstanceId } from "../../instance/instance-store.ts";
import { findModule } from "../../modules/registry.ts";
import { createSecrets } from "../../report/secrets.ts";
import { formatProblem, type Problem } from "../../text/problem.ts";
import type { Origin } from "../../userdata/part.ts";
import { originName } from "../../userdata/part.ts";
import { splitParts } from "../../userdata/split-parts.ts";
import { maskStep } from "./mask-step.ts";
import type { PlanMachine } from "./plan-machine.ts";
import type { PlanNetwork } from "./plan-network.ts";
import { parsePlanMessage, type SourceTexts } from "./plan-message.ts";
import { PASSED_OVER, type RecordedBlock, type RecordedStage } from "./plan-recorder.ts";
import type {
  PlanConfigSummary,
  PlanDataSummary,
  PlanFailure,
  PlanInstanceSummary,
  PlanMessage,
  PlanModule,
  PlanReport,
  PlanSourceSummary,
  PlanStage,
} from "./plan-report.ts";

export interface ReportParts {
  readonly machine: PlanMachine;
  readonly stages: readonly RecordedStage[];
  readonly source: PlanSourceSummary;
  readonly config: PlanConfigSummary;
  /** The network before the boot; absent where none is simulated. */
  readonly networkBefore?: PlanNetwork | undefined;
  /** What of the source could not be read. */
  readonly problems: readonly Problem[];
}

/** Makes a report of what was heard: secrets masked, nothing said twice, failures counted. */
export async function buildReport(parts: ReportParts): Promise<PlanReport> {
  const instance = findInstance(parts);
  const data = await readData(instance);
  const mask = createMask(parts.stages, instance);
  const stages: PlanStage[] = [];
  for (const stage of parts.stages) {
    stages.push(await buildStage(stage, mask, data.texts));
  }
  const failures = uniqueFailures([
    ...parts.problems.map((problem) => ({ message: mask(formatProblem(problem)) })),
    ...stages.flatMap((stage) => failuresOf(stage, instance !== undefined)),
  ]);
  const summary = instance === undefined ? {} : { instance: summarise(parts, instance, data) };
  return {
    source: parts.source,
    config: parts.config,
    machine: { system: parts.machine.title, adapters: parts.machine.adapters },
    ...summary,
    ...networkOf(parts),
    stages,
    failures,
    unknown: [...new Set(parts.machine.gaps)].map(mask),
    exitCode: failures.length > 0 ? 1 : 0,
  };
}

function networkOf({ machine, networkBefore }: ReportParts): Pick<PlanReport, "network"> {
  const after = machine.network?.();
  return networkBefore === undefined || after === undefined
    ? {}
    : { network: { before: networkBefore, after } };
}

type Mask = (text: string) => string;

function createMask(stages: readonly RecordedStage[], instance: Instance | undefined): Mask {
  // A drive whose modules never run is in no stage's collection.
  const own = createSecrets();
  own.addFrom(instance?.rawMetadata);
  const all = [own, ...stages.flatMap(({ frame }) => (frame === undefined ? [] : [frame.secrets]))];
  return (text) => all.reduce((masked, secrets) => secrets.mask(masked), text);
}

/** The instance that the boot has settled on; undefined where no datasource answers. */
function findInstance({ stages, machine }: ReportParts): Instance | undefined {
  const paths = stages.at(-1)?.frame?.paths;
  const id = paths === undefined ? undefined : readInstanceId(machine.system, paths);
  return paths === undefined || id === undefined
    ? undefined
    : readInstance(machine.system, paths, id)?.instance;
}

interface InstanceData {
  readonly userData: readonly PlanDataSummary[];
  readonly vendorData: readonly PlanDataSummary[];
  readonly texts: SourceTexts;
}

/** Takes the data apart again: cheap beside a boot, and nothing of it has to be kept meanwhile. */
async function readData(instance: Instance | undefined): Promise<InstanceData> {
  const texts = new Map<string, readonly string[]>();
  const read = async (
    origin: Origin,
    bytes: Uint8Array | undefined,
  ): Promise<readonly PlanDataSummary[]> => {
    const name = originName(origin);
    const { parts } = await splitParts(bytes ?? new Uint8Array(), name);
    return parts.map(({ contentType, filename, content }) => {
      const lines = new TextDecoder().decode(content).split("\n");
      texts.set(parts.length === 1 ? name : `${name} part "${filename}"`, lines);
      const lineCount = lines.at(-1) === "" ? lines.length - 1 : lines.length;
      return { contentType, filename, sizeBytes: content.length, lineCount };
    });
  };
  const userData = await read("user", instance?.userData);
  const vendorData = [
    ...(await read("vendor", instance?.vendorData)),
    ...(await read("vendor2", instance?.vendorData2)),
  ];
  return { userData, vendorData, texts };
}

function summarise(
  { machine }: ReportParts,
  instance: Instance,
  data: InstanceData,
): PlanInstanceSummary {
  return {
    id: instance.id,
    datasource: instance.description,
    hostName: machine.hostName(),
    ...(instance.network === undefined ? {} : { networkSource: instance.network.source }),
    userData: data.userData,
    vendorData: data.vendorData,
  };
}

async function buildStage(
  stage: RecordedStage,
  mask: Mask,
  texts: SourceTexts,
): Promise<PlanStage> {
  const modules: PlanModule[] = [];
  for (const [name, block] of stage.blocks) {
    if (name !== "") {
      modules.push(await buildModule(name, block, mask, texts));
    }
  }
  const rest = stage.blocks.get("");
  return {
    name: stage.name,
    exitCode: stage.exitCode,
    steps: (rest?.steps ?? []).map((step) => maskStep(step, mask)),
    modules,
    // What the data says is not shown: as long as it cannot be read, nobody knows its secrets.
    errors: messagesOf(rest?.errors ?? [], mask, new Map()),
    warnings: rest === undefined ? [] : ownWarnings(rest).map(mask),
    unknown: (rest?.unknown ?? []).map(mask),
  };
}

async function buildModule(
  name: string,
  block: RecordedBlock,
  mask: Mask,
  texts: SourceTexts,
): Promise<PlanModule> {
  const frequency = await frequencyOf(name, block);
  const errors = messagesOf(block.errors, mask, texts);
  const isRun = block.status === "runs" || block.status === "fails";
  return {
    name,
    status: isRun ? (errors.length > 0 ? "fails" : "runs") : block.status,
    ...(isRun && frequency !== undefined ? { frequency } : {}),
    steps: block.steps.map((step) => maskStep(step, mask)),
    errors,
    warnings: ownWarnings(block).map(mask),
    unknown: block.unknown.map(mask),
  };
}

/** What init-local does for an instance before any module (DECISIONS 8). */
const INSTANCE_WORK: ReadonlySet<string> = new Set(["network", "injected_files"]);

async function frequencyOf(
  name: string,
  block: RecordedBlock,
): Promise<PlanModule["frequency"] | undefined> {
  if (block.frequency !== undefined) {
    return block.frequency;
  }
  if (INSTANCE_WORK.has(name)) {
    return "once-per-instance";
  }
  return (await findModule(name)?.load())?.frequency;
}

/** Each once. */
function messagesOf(
  errors: readonly string[],
  mask: Mask,
  texts: SourceTexts,
): readonly PlanMessage[] {
  return [...new Set(errors)].map((error) => parsePlanMessage(error, texts, mask));
}

/** Each once, and none that an error or a failing script says already. */
function ownWarnings(block: RecordedBlock): readonly string[] {
  const errors = [...block.errors, ...block.unknown];
  const failing = block.steps.flatMap((step) =>
    step.kind === "script" && step.failure !== undefined ? [step.path] : [],
  );
  return [...new Set(block.warnings)].filter(
    (warning) =>
      !errors.some((error) => says(warning, error)) &&
      !failing.some((path) => warning.includes(path)),
  );
}

/** A warning has the error at its end, after the module's name, or at its start, with an exclamation. */
function says(warning: string, error: string): boolean {
  return warning.endsWith(error) || warning.startsWith(error.replace(/\.$/u, ""));
}

function failuresOf(stage: PlanStage, hasInstance: boolean): readonly PlanFailure[] {
  const failures: PlanFailure[] = [];
  // Why there is none is what has to be put right, not that the stages say so.
  const reasons = hasInstance ? [] : stage.warnings.filter((text) => text.startsWith(PASSED_OVER));
  for (const error of [...reasons.map((message) => ({ message })), ...stage.errors]) {
    failures.push({ stage: stage.name, ...error });
  }
  for (const module of stage.modules) {
    const scripts = scriptFailures(module);
    // The module only counts the scripts that failed.
    const errors = module.errors.filter(
      ({ message }) => scripts.length === 0 || !/ Runparts: \d+ failures /u.test(message),
    );
    for (const error of [...scripts, ...errors]) {
      failures.push({ stage: stage.name, module: module.name, ...error });
    }
  }
  return failures;
}

/** Of an external module, which has a note, the module itself says how it failed. */
function scriptFailures(module: PlanModule): readonly PlanMessage[] {
  return module.steps.flatMap((step) =>
    step.kind === "script" && step.failure !== undefined && step.note === undefined
      ? [
          {
            message: `Script "${step.name}" fails: ${step.failure}`,
            ...(step.place === undefined ? {} : { place: step.place }),
          },
        ]
      : [],
  );
}

/** The second stage that meets the same broken drive adds nothing. */
function uniqueFailures(failures: readonly PlanFailure[]): readonly PlanFailure[] {
  const seen = new Set<string>();
  return failures.filter(({ message, module = "", place }) => {
    const key = JSON.stringify([message, module, place]);
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}
