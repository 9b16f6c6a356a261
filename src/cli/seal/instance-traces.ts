import { isMapping } from "../../config/cloud-config.ts";
import type { InstanceTraces } from "../../distros/seal-adapter.ts";
import { readResolvConfRecord } from "../../instance/resolv-conf-record.ts";
import { parseModuleList } from "../../stages/module-list.ts";
import { isFile, readTextIfExists } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import type { OpenMachine } from "../open-machine.ts";

const SECTIONS = ["cloud_init_modules", "cloud_config_modules", "cloud_final_modules"];
const INSTANCE_COUNT_MAX = 100;
const FILE_SIZE_BYTES_MAX = 64 * 1024 * 1024;

/** What is kept of the instances. It does not need to know which is the current one: the link may be dangling, the id cut short. */
export function readInstanceTraces(fs: FileSystem, machine: OpenMachine): InstanceTraces {
  const { paths, baseConfig, mergedConfig } = machine;
  const own = namesIn(fs, paths.instancesDir)
    .slice(-INSTANCE_COUNT_MAX)
    .map((id) => paths.instance(id));
  const networks = own.map(({ networkConfigFile }) => textOf(fs, networkConfigFile));
  const data = own.flatMap(({ cacheFile, cloudConfigFile, vendorCloudConfigFile }) =>
    [cacheFile, cloudConfigFile, vendorCloudConfigFile].map((path) => textOf(fs, path)),
  );
  const merged = mergedConfig === undefined ? "" : JSON.stringify(mergedConfig);
  const resolver = JSON.stringify(mergedConfig?.["resolv_conf"] ?? null);
  const listed = new Set(
    SECTIONS.flatMap((section) =>
      parseModuleList(baseConfig[section], section).entries.map(({ name }) => name),
    ),
  );
  return {
    addedHostNames: wordsOf(textOf(fs, `${paths.dataDir}/etc-hosts-names`)),
    ownNames: [
      ...setNames(textOf(fs, `${paths.dataDir}/set-hostname`)),
      ...wordsOf(textOf(fs, paths.previousHostnameFile)),
    ],
    resolvConf: readResolvConfRecord(fs, paths),
    networkText: [...networks, resolver].join("\n"),
    text: [...data, merged].join("\n"),
    listsModule: (name) => listed.has(name),
  };
}

function namesIn(fs: FileSystem, directory: string): readonly string[] {
  return fs.stat(directory)?.kind === "directory" ? fs.list(directory) : [];
}

/** What is there and can be read; a file that cannot is as good as none. */
function textOf(fs: FileSystem, path: string): string {
  try {
    const isUsable = isFile(fs, path) && (fs.stat(path)?.sizeBytes ?? 0) <= FILE_SIZE_BYTES_MAX;
    return isUsable ? (readTextIfExists(fs, path) ?? "") : "";
  } catch {
    return "";
  }
}

function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/u).filter((word) => word !== "");
}

/** `data/set-hostname`: `{"hostname": …, "fqdn": …}`. */
function setNames(text: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(text);
    const names = isMapping(value) ? [value["fqdn"], value["hostname"]] : [];
    return names.filter((name) => typeof name === "string").filter((name) => name !== "");
  } catch {
    return [];
  }
}
