// How the stages of the last boot ended, by status.json.
import { isRecord } from "../../src/text/record.ts";
import { CLOUD_DIR, type DeployedMachine } from "./deployed-machine.ts";

/** The four stages as AIX's rc2.d names and runs them. */
const STAGES = [
  { link: "S01", name: "init-local", command: "init --local" },
  { link: "S02", name: "init", command: "init" },
  { link: "S03", name: "modules-config", command: "modules --mode config" },
  { link: "S04", name: "modules-final", command: "modules --mode final" },
] as const;

export interface EndedStage {
  readonly link: string;
  readonly name: string;
  readonly command: string;
  /** Undefined where it has not ended. */
  readonly seconds?: number;
  readonly errors: readonly string[];
}

/** All four stages, in order. */
export function readStages(machine: DeployedMachine): readonly EndedStage[] {
  const v1 = readStatus(machine);
  return STAGES.map((stage) => toEndedStage(stage, v1[stage.name]));
}

function toEndedStage(stage: (typeof STAGES)[number], value: unknown): EndedStage {
  const { start, finished, errors } = isRecord(value) ? value : {};
  return typeof start === "number" && typeof finished === "number" && Array.isArray(errors)
    ? { ...stage, seconds: finished - start, errors: errors.map(String) }
    : { ...stage, errors: [`stage ${stage.name} has not ended`] };
}

/** As `cloud-init status --long` calls it: "detail". */
export function readDatasource(machine: DeployedMachine): string {
  const { datasource } = readStatus(machine);
  return typeof datasource === "string" ? datasource : "none";
}

function readStatus(machine: DeployedMachine): Readonly<Record<string, unknown>> {
  const status: unknown = JSON.parse(machine.read(`${CLOUD_DIR}/data/status.json`) ?? "{}");
  const v1 = isRecord(status) ? status["v1"] : undefined;
  return isRecord(v1) ? v1 : {};
}
