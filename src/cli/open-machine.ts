import type { CloudConfig } from "../config/cloud-config.ts";
import { isMapping } from "../config/cloud-config.ts";
import { loadBaseConfig } from "../config/load-base-config.ts";
import type { Distro } from "../distros/distro.ts";
import { findDistroName, loadDistro } from "../distros/registry.ts";
import { createPaths, type Paths } from "../instance/paths.ts";
import type { Logger } from "../report/logger.ts";
import { configuredRoots } from "../stages/configured-roots.ts";
import { readTextIfExists } from "../system/files.ts";
import type { CliContext } from "./cli-context.ts";
import { findBootedRoots } from "./installed-paths.ts";

/** The machine that a command of an operator works on. */
export interface OpenMachine {
  readonly distro: Distro;
  readonly paths: Paths;
  /** What is configured without user-data; what of it cannot be read is left out. */
  readonly baseConfig: CloudConfig;
  /** The whole configuration of the last boot, where it is kept and may be read. */
  readonly mergedConfig: CloudConfig | undefined;
}

/** Loads the distro and the configuration; the distro's warnings go to standard error. */
export async function openMachine(ctx: CliContext): Promise<OpenMachine> {
  const { sys } = ctx;
  const { defaults, create } = await loadDistro(findDistroName(sys));
  const { config } = await loadBaseConfig(sys, {
    defaults: defaults.config,
    roots: defaults.paths,
  });
  // What the configuration does not name is where the last boot had it.
  const paths = createPaths(configuredRoots(findBootedRoots(sys, defaults.paths), config));
  const { system_info: systemInfo } = config;
  const distro = create({
    sys,
    log: commandLog(ctx),
    systemInfo: isMapping(systemInfo) ? systemInfo : {},
  });
  return { distro, paths, baseConfig: config, mergedConfig: readMerged(ctx, paths) };
}

function readMerged({ sys }: CliContext, paths: Paths): CloudConfig | undefined {
  try {
    const text = readTextIfExists(sys.fs, `${paths.runDir}/combined-cloud-config.json`);
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    return isMapping(value) ? value : undefined;
  } catch {
    // Cut short, or not for us: what the files say is enough.
    return undefined;
  }
}

function commandLog(ctx: CliContext): Logger {
  const warn = (message: string): void => ctx.stderr(`WARNING: ${message}\n`);
  return { debug: () => {}, info: () => {}, warn, error: warn };
}
