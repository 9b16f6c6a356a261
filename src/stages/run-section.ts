import type { Instance } from "../instance/instance.ts";
import { isMapping } from "../config/cloud-config.ts";
import { formatProblem } from "../text/problem.ts";
import type { ConsumedUserData } from "./consumed-userdata.ts";
import { keepInstanceData } from "./keep-instance-data.ts";
import { createLocate } from "./locate.ts";
import { parseModuleList } from "./module-list.ts";
import type { ModuleRun } from "./module-runner.ts";
import { runModules } from "./module-runner.ts";
import { applyOutput } from "./stage-output.ts";
import { openLogging } from "./stage-logging.ts";
import type { StageFrame } from "./stage-frame.ts";
import type { ModuleOutcome } from "./stage.ts";

export interface SectionOptions {
  readonly hasInstanceDirectory: boolean;
  readonly debug: boolean;
  /** What init has just read; the later stages take it from the files. */
  readonly consumed?: ConsumedUserData;
}

/** Runs the modules of `cloud_<mode>_modules` in the merged configuration. */
export async function runSection(
  frame: StageFrame,
  mode: "init" | "config" | "final",
  instance: Instance,
  options: SectionOptions,
): Promise<readonly ModuleOutcome[]> {
  const run = await prepareRun(frame, mode, instance, options);
  const section = `cloud_${mode}_modules`;
  const { entries, problems } = parseModuleList(run.cloudConfig[section], section);
  for (const problem of problems) {
    frame.log.warn(formatProblem(problem));
  }
  if (entries.length === 0) {
    const text = `No '${mode}' modules to run under section '${section}'`;
    frame.log.debug(text);
    frame.base.output.write("stderr", `${text}\n`);
    return [];
  }
  return runModules(frame, entries, run);
}

/** The merged configuration with its output redirection and logging in force, for a section or for `single`. */
export async function prepareRun(
  frame: StageFrame,
  key: "init" | "config" | "final" | undefined,
  instance: Instance,
  options: SectionOptions,
): Promise<ModuleRun> {
  const { consumed } = options;
  const { config, problems } =
    consumed === undefined
      ? await frame.config.restore(instance)
      : await frame.config.merge(instance, consumed);
  for (const problem of problems) {
    frame.log.warn(formatProblem(problem));
  }
  frame.secrets.addFrom(config);
  frame.secrets.addFrom(instance.rawMetadata);
  await applyOutput(frame, config, key);
  openLogging(frame, config, options.debug);
  await frame.reporting.apply(config["reporting"]);
  if (consumed !== undefined) {
    await keepInstanceData(frame, instance, config);
  }
  const { system_info: systemInfo, ...cloudConfig } = config;
  return {
    instance,
    hasInstanceDirectory: options.hasInstanceDirectory,
    cloudConfig,
    systemInfo: isMapping(systemInfo) ? systemInfo : frame.systemInfo,
    locate: createLocate(() => frame.config.documentLines()),
  };
}
