import { formatCommandLine } from "../../text/command-line.ts";
import type { PlanMessage, PlanModule, PlanReport, PlanStage } from "./plan-report.ts";
import type { PlanStep } from "./plan-step.ts";

/** Raised when a member changes its meaning or goes away; new members do not raise it. */
const JSON_VERSION = 1;

/**
 * The plan for other programs, one JSON object:
 *
 *     {version, source: {kind, path?, description, userDataPath?}, config: {path?, unusedPath?},
 *      machine: {system, adapters: [{name, macAddress}]},
 *      instance: {id, hostName, networkSource?, userData: [{contentType, filename, sizeBytes,
 *        lineCount}], vendorData: […]} | null,
 *      datasource: text | null,
 *      network: {before: {NAME: text}, after: {NAME: text}} | null,
 *      stages: [{name, exitCode, steps: [STEP], errors: [MESSAGE], warnings: [text],
 *        unknown: [text],
 *        modules: [{name, status, frequency?, steps, errors, warnings, unknown}]}],
 *      failures: [{stage?, module?, MESSAGE…}], unknown: [text], exitCode}
 *
 * MESSAGE is {message, source?, line?, text?}. STEP has a `kind` ("command", "script", "file",
 * "directory", "attributes", "remove", "symlink", "user", "stored-script", "request") and the members of that kind
 * in plan-step.ts; modes are text ("0640"), a place is `source` and `line`, and a command has its
 * line as `command` beside `argv`.
 */
export function renderJson(report: PlanReport): string {
  const { instance } = report;
  const { datasource, ...rest } = instance ?? { datasource: null };
  const value = {
    version: JSON_VERSION,
    source: report.source,
    config: report.config,
    machine: report.machine,
    instance: instance === undefined ? null : rest,
    datasource,
    network: report.network ?? null,
    stages: report.stages.map(stageToJson),
    failures: report.failures.map(({ stage, module, ...message }) => ({
      stage,
      module,
      ...messageToJson(message),
    })),
    unknown: report.unknown,
    exitCode: report.exitCode,
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

function stageToJson(stage: PlanStage): unknown {
  return {
    ...stage,
    steps: stage.steps.map(stepToJson),
    errors: stage.errors.map(messageToJson),
    modules: stage.modules.map(moduleToJson),
  };
}

function moduleToJson(module: PlanModule): unknown {
  return {
    ...module,
    steps: module.steps.map(stepToJson),
    errors: module.errors.map(messageToJson),
  };
}

function messageToJson({ message, place, text }: PlanMessage): Readonly<Record<string, unknown>> {
  return { message, ...place, text };
}

function stepToJson(step: PlanStep): unknown {
  switch (step.kind) {
    case "command": {
      const { kind, ...rest } = step;
      return { kind, command: formatCommandLine(step.argv), ...rest };
    }
    case "script":
    case "user": {
      const { place, ...rest } = step;
      return { ...rest, ...place };
    }
    case "file": {
      const { place, mode, ...rest } = step;
      return { ...rest, mode: octal(mode), ...place };
    }
    case "directory":
    case "attributes":
    case "remove":
    case "symlink": {
      const { mode, ...rest } = step;
      return mode === undefined ? rest : { ...rest, mode: octal(mode) };
    }
    case "stored-script":
    case "request":
      return step;
  }
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
