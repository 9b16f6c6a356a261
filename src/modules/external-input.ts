import { Buffer } from "node:buffer";
import { readTextIfExists } from "../system/files.ts";
import { isRecord } from "../text/record.ts";
import type { ModuleContext } from "./module.ts";

/** Raised when a member changes its meaning or goes away; new members do not raise it. */
const INPUT_VERSION = 1;

/**
 * What an external module reads on its standard input: one JSON object with the members version,
 * module, args, stage, frequency, cloud_config (merged, with system_info), instance_data (with its
 * secrets), paths. A line for each value, indented by two blanks a level, so that sed and awk can
 * read it; bytes (`!!binary`) are base64 after "ci-b64:".
 */
export function createExternalInput(ctx: ModuleContext, name: string): string {
  const instance = ctx.paths.instance(ctx.instance.id);
  const input = {
    version: INPUT_VERSION,
    module: name,
    args: ctx.args,
    stage: ctx.stage ?? "single",
    frequency: ctx.frequency ?? "once-per-instance",
    cloud_config: { ...ctx.cloudConfig, system_info: ctx.systemInfo },
    instance_data: readInstanceData(ctx),
    paths: {
      cloud_dir: ctx.paths.cloudDir,
      config_file: ctx.paths.configFile,
      instance_dir: instance.dir,
      log_dir: ctx.paths.logDir,
      run_dir: ctx.paths.runDir,
      scripts_dir: instance.scriptsDir,
      templates_dir: ctx.paths.templatesDir,
    },
  };
  return `${JSON.stringify(input, encodeBytes, 2)}\n`;
}

function encodeBytes(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array
    ? `ci-b64:${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64")}`
    : value;
}

/** Nothing where the stage has kept nothing, as `single --force` without an instance. */
function readInstanceData(ctx: ModuleContext): unknown {
  const path = `${ctx.paths.runDir}/instance-data-sensitive.json`;
  try {
    const data: unknown = JSON.parse(readTextIfExists(ctx.sys.fs, path) ?? "{}");
    return isRecord(data) ? data : {};
  } catch {
    ctx.log.warn(`Cannot read "${path}": the module gets no instance-data`);
    return {};
  }
}
