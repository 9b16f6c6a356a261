import type { Paths } from "../../instance/paths.ts";
import { createSecrets, type Secrets } from "../../report/secrets.ts";
import { isDirectory, readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import { isRecord } from "../../text/record.ts";
import { parseYaml } from "../../text/yaml.ts";
import { configDirectories } from "./select-files.ts";

/** A file that is longer is no configuration. */
const CONFIG_BYTES_MAX = 16 * 1024 * 1024;
const DEPTH_MAX = 32;
/** Of configuration and of seeds. */
const DOCUMENT_NAME =
  /\.(?:cfg|json|ya?ml)$|\/(?:meta|user|vendor)[-_]data\d?$|\/network[-_]config$|\/ovf-env\.xml$/u;

/**
 * Every secret that this machine's configuration, metadata and user-data hold, of earlier instances
 * too: their lines may be in the logs still, and the old Python agent did not mask them.
 */
export function findKnownSecrets(
  sys: System,
  paths: Paths,
  given: { readonly configs: readonly unknown[]; readonly files: readonly string[] },
): Secrets {
  const secrets = createSecrets();
  const add = (value: unknown): void => {
    secrets.addFrom(value);
    // As the value stands in a JSON file.
    secrets.addFrom(mapStrings(value, (text) => JSON.stringify(text).slice(1, -1), 0));
  };
  given.configs.forEach(add);
  // A value that another file overrides is in none of the configurations above.
  const configs = configDirectories(paths).map((directory) => `${directory}/`);
  const documents = given.files.filter(
    (path) => DOCUMENT_NAME.test(path) || configs.some((directory) => path.startsWith(directory)),
  );
  for (const path of new Set([...documentPaths(sys, paths), ...documents])) {
    add(readDocument(sys, path));
  }
  return secrets;
}

function documentPaths(sys: System, paths: Paths): readonly string[] {
  const ids = isDirectory(sys.fs, paths.instancesDir) ? sys.fs.list(paths.instancesDir) : [];
  return [
    `${paths.runDir}/combined-cloud-config.json`,
    `${paths.runDir}/instance-data-sensitive.json`,
    ...ids.flatMap((id) => {
      const own = paths.instance(id);
      return [
        own.cacheFile,
        own.cloudConfigFile,
        own.vendorCloudConfigFile,
        own.vendor2CloudConfigFile,
        own.networkConfigFile,
        own.userDataFile,
        own.vendorDataFile,
      ];
    }),
  ];
}

/** Undefined for what is no document: a pickle of the Python agent, a shell script, a file that is cut short. */
function readDocument(sys: System, path: string): unknown {
  try {
    const size = sys.fs.stat(path)?.sizeBytes ?? 0;
    const text = size > CONFIG_BYTES_MAX ? undefined : readTextIfExists(sys.fs, path);
    if (text === undefined || text.startsWith("#!")) {
      return undefined;
    }
    if (text.startsWith("{")) {
      return JSON.parse(text);
    }
    if (path.endsWith(".xml")) {
      return readOvfProperties(text);
    }
    const parsed = parseYaml(text, path);
    return parsed.ok ? parsed.value : undefined;
  } catch {
    return undefined;
  }
}

/** `<Property oe:key="password" oe:value="…"/>` of the OVF environment (DSP0243). */
function readOvfProperties(text: string): unknown {
  const properties = text.matchAll(/\boe:key="([^"]{0,256})"\s{1,64}oe:value="([^"]{0,65536})"/gu);
  return Object.fromEntries([...properties].map(([, key = "", value = ""]) => [key, value]));
}

function mapStrings(value: unknown, change: (text: string) => string, depth: number): unknown {
  if (typeof value === "string") {
    return change(value);
  }
  if (depth > DEPTH_MAX) {
    return undefined;
  }
  if (Array.isArray(value)) {
    return value.map((item) => mapStrings(item, change, depth + 1));
  }
  return isRecord(value)
    ? Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, mapStrings(item, change, depth + 1)]),
      )
    : value;
}
