import type { CloudConfig } from "../config/cloud-config.ts";
import { isMapping } from "../config/cloud-config.ts";
import { readConfigCache, writeConfigCache } from "../config/config-cache.ts";
import { fromConfigJson, toConfigJson } from "../config/config-json.ts";
import { fingerprintPath } from "../config/input-fingerprint.ts";
import { parseCommandLineConfig, readKernelCommandLine } from "../config/kernel-command-line.ts";
import type { BaseConfig, BaseConfigOptions } from "../config/load-base-config.ts";
import { COMMAND_LINE_INPUT, loadBaseConfig } from "../config/load-base-config.ts";
import { mergeWithInstance } from "../config/merge-with-instance.ts";
import type { Instance } from "../instance/instance.ts";
import type { InstancePaths } from "../instance/paths.ts";
import { readTextIfExists } from "../system/files.ts";
import type { System } from "../system/system.ts";
import type { Problem } from "../text/problem.ts";
import { VERSION } from "../version.ts";
import { configuredRunDir } from "./configured-roots.ts";
import type { ConsumedUserData } from "./consumed-userdata.ts";
import type { DocumentLines } from "./locate.ts";
import { readDocumentLines } from "./locate.ts";

/**
 * The configuration from one stage to the next: YAML is parsed once, what came of it is kept as
 * JSON in run_dir, and is good as long as no file that it was made of has changed.
 */
export interface ConfigStore {
  /** The levels below user-data and vendor-data, from the cache or from their files. */
  readonly base: BaseConfig;
  /** The whole configuration for an instance whose user-data has just been taken in; keeps it for the later stages. */
  merge(instance: Instance, consumed: ConsumedUserData): Promise<MergeAnswer>;
  /** The whole configuration for an instance whose user-data an earlier stage took in. */
  restore(instance: Instance): Promise<MergeAnswer>;
  /** Which line each key of the cloud-config documents stands on, weakest document first. */
  documentLines(): readonly DocumentLines[];
}

export interface MergeAnswer {
  readonly config: CloudConfig;
  readonly problems: readonly Problem[];
}

const MODE_PRIVATE = 0o600;
const DIRECTORY_MODE = 0o755;

/** Reads the base configuration; a valid cache spares the YAML. */
export async function openConfigStore(
  sys: System,
  options: BaseConfigOptions,
  instancePaths: (id: string) => InstancePaths,
): Promise<ConfigStore> {
  // Read before anything is known of the configuration: always where run_dir usually is.
  const cacheDir = options.roots.runDir;
  const cachePath = `${cacheDir}/config-cache.json`;
  const key = JSON.stringify([
    VERSION,
    options.configFiles ?? [],
    sys.process.env["CLOUD_CFG"] ?? "",
  ]);
  const cached = readCache(sys, cachePath, key);
  const base = cached?.base ?? (await loadBaseConfig(sys, options));
  const runDir = configuredRunDir(base.config) ?? cacheDir;
  // The merged configuration has a name and a shape that upstream's tools know.
  const mergedPath = `${runDir}/combined-cloud-config.json`;
  const linesPath = `${runDir}/config-lines.json`;
  let documents: readonly DocumentLines[] | undefined;
  const keep = (merged: Cached["merged"], extraInputs: readonly string[]): void => {
    const inputs = [...base.inputs, ...extraInputs.map((path) => fingerprintPath(sys.fs, path))];
    sys.fs.makeDirectory(cacheDir, { mode: DIRECTORY_MODE });
    writeConfigCache(sys.fs, cachePath, key, { value: { base, merged }, inputs });
  };
  if (cached === undefined) {
    keepQuietly(() => keep(null, []));
  }
  return {
    base,
    async merge(instance, consumed) {
      documents = documentsOf(consumed);
      const answer = await mergeWithInstance(base, {
        userData: consumed.user.cloudConfig,
        ...(consumed.vendor2 === undefined ? {} : { vendorData2: consumed.vendor2.cloudConfig }),
        ...(consumed.vendor === undefined ? {} : { vendorData: consumed.vendor.cloudConfig }),
        ...(instance.config === undefined ? {} : { datasource: instance.config }),
      });
      keepQuietly(() => {
        const { value, extras } = toConfigJson(answer.config);
        sys.fs.write(mergedPath, JSON.stringify(value), { mode: MODE_PRIVATE });
        sys.fs.write(linesPath, JSON.stringify(documents), { mode: MODE_PRIVATE });
        const inputs = [mergedPath, linesPath, ...configFilesOf(instancePaths(instance.id))];
        keep({ instanceId: instance.id, extras }, inputs);
      });
      return answer;
    },
    async restore(instance) {
      const merged = cached?.merged;
      const kept =
        merged?.instanceId === instance.id ? readMerged(sys, mergedPath, merged.extras) : undefined;
      if (kept !== undefined) {
        return { config: kept, problems: [] };
      }
      const own = instancePaths(instance.id);
      const [userData, vendorData2, vendorData] = configFilesOf(own).map(
        (path) => readTextIfExists(sys.fs, path) ?? "",
      );
      return mergeWithInstance(base, {
        userData: userData ?? "",
        vendorData2: vendorData2 ?? "",
        vendorData: vendorData ?? "",
        ...(instance.config === undefined ? {} : { datasource: instance.config }),
      });
    },
    documentLines: () => (documents ??= readDocumentLines(sys, linesPath)),
  };
}

/** Weakest first, as `createLocate` wants them. */
function documentsOf(consumed: ConsumedUserData): readonly DocumentLines[] {
  const processed = [consumed.vendor, consumed.vendor2, consumed.user];
  return processed.flatMap((part) =>
    (part?.documents ?? []).flatMap(({ source, lines }) =>
      lines === undefined ? [] : [{ source, lines }],
    ),
  );
}

/** Strongest first. */
function configFilesOf(own: InstancePaths): readonly string[] {
  return [own.cloudConfigFile, own.vendor2CloudConfigFile, own.vendorCloudConfigFile];
}

/** Without the cache the next stage parses again; a full /run must not stop this one. */
function keepQuietly(write: () => void): void {
  try {
    write();
  } catch {
    return;
  }
}

interface Cached {
  readonly base: BaseConfig;
  /** Whose merged configuration lies beside it, and what JSON has no word for; null before init. */
  readonly merged: { readonly instanceId: string; readonly extras: unknown } | null;
}

function readCache(sys: System, path: string, key: string): Cached | undefined {
  const commandLine = readKernelCommandLine(sys);
  const texts =
    commandLine === undefined ? {} : { [COMMAND_LINE_INPUT]: parseCommandLineConfig(commandLine) };
  const cache = readConfigCache(sys.fs, path, key, texts);
  return cache !== undefined && isCached(cache.value) ? cache.value : undefined;
}

function isCached(value: unknown): value is Cached {
  if (!isMapping(value) || !isMapping(value["base"])) {
    return false;
  }
  const { base, merged } = value;
  return (
    (merged === null || (isMapping(merged) && typeof merged["instanceId"] === "string")) &&
    isMapping(base["config"]) &&
    Array.isArray(base["overrides"]) &&
    isMapping(base["base"]) &&
    Array.isArray(base["problems"]) &&
    Array.isArray(base["inputs"])
  );
}

function readMerged(sys: System, path: string, extras: unknown): CloudConfig | undefined {
  const text = readTextIfExists(sys.fs, path);
  try {
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    const restored = fromConfigJson({ value, extras });
    return restored !== undefined && isMapping(restored.value) ? restored.value : undefined;
  } catch {
    return undefined;
  }
}
