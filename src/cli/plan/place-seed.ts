import { builtinConfig } from "../../config/builtin-config.ts";
import { valueAt } from "../../config/cloud-config.ts";
import { loadBaseConfig } from "../../config/load-base-config.ts";
import type { PathRoots } from "../../instance/paths.ts";
import { isListed } from "../../stages/known-machine.ts";
import type { Problem } from "../../text/problem.ts";
import type { DriveFiles } from "./drive-files.ts";
import type { PlanMachine } from "./plan-machine.ts";

/** A seed that is put where the planned machine looks for it. */
export interface PlacedSeed {
  /** Configuration over every other one. */
  readonly configFiles: readonly string[];
  /** The configuration that was given does not look for the seed. */
  readonly problems: readonly Problem[];
  /** The one that comes with this program does not. */
  readonly warnings: readonly string[];
}

/** What is to be put where. */
export interface SeedPlacement {
  readonly distro: string;
  readonly paths: Pick<PathRoots, "configFile" | "runDir" | "cloudDir">;
  /** Whether the configuration is that of a machine. */
  readonly isConfigGiven: boolean;
  /** As --file names them. */
  readonly configFiles: readonly string[];
  /** Absent: the machine has the disc. */
  readonly files?: DriveFiles;
}

/**
 * Makes a NoCloud seed the machine's. Where its configuration does not list NoCloud, the plan is made
 * as if it did, and says so: a boot would not look for the seed.
 */
export async function placeSeed(machine: PlanMachine, seed: SeedPlacement): Promise<PlacedSeed> {
  const { distro, paths, files } = seed;
  const { fs } = machine.system;
  const { config } = await loadBaseConfig(machine.system, {
    defaults: builtinConfig(distro === "aix" ? "aix" : "linux"),
    roots: paths,
    configFiles: seed.configFiles,
  });
  const configured = valueAt(config, "system_info", "paths", "cloud_dir");
  const cloudDir =
    typeof configured === "string" && configured.startsWith("/") ? configured : paths.cloudDir;
  for (const [path, content] of Object.entries(files ?? {})) {
    fs.write(`${cloudDir.replace(/\/+$/u, "")}/seed/nocloud/${path}`, content, { mode: 0o600 });
  }
  if (isListed(config, "NoCloud")) {
    return { configFiles: [], problems: [], warnings: [] };
  }
  fs.write(LIST_CONFIG, "datasource_list: [NoCloud]\n");
  const list = config["datasource_list"];
  const shown = Array.isArray(list) ? list.join(", ") : String(list);
  const message = `The configuration does not look for such a seed: its datasource_list is [${shown}], without NoCloud. This plan is as if it were [NoCloud]: set that on the machine`;
  return {
    configFiles: [LIST_CONFIG],
    problems: seed.isConfigGiven ? [{ message }] : [],
    warnings: seed.isConfigGiven ? [] : [message],
  };
}

const LIST_CONFIG = "/plan/datasource-list.cfg";
