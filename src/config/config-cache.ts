import { readTextIfExists } from "../system/files.ts";
import type { FileSystem } from "../system/system.ts";
import { isMapping } from "./cloud-config.ts";
import { fromConfigJson, toConfigJson } from "./config-json.ts";
import { areInputsUnchanged } from "./input-fingerprint.ts";
import type { InputFingerprint } from "./input-fingerprint.ts";

/** What one stage keeps for the next, so that YAML is parsed once per boot. */
export interface CachedConfig {
  /** Plain values and Uint8Arrays: the merged configuration, or any object that holds it. */
  readonly value: unknown;
  /** Everything that it was made of, absent files and directories included. */
  readonly inputs: readonly InputFingerprint[];
}

const FORMAT = 1;
const MODE_PRIVATE = 0o600;

/**
 * Keeps a configuration as JSON, mode 0600. `key` names what else it depends on: our version, the
 * options given. Not durable: after a power cut the next boot parses again. Throws as `fs.write`.
 */
export function writeConfigCache(
  fs: FileSystem,
  path: string,
  key: string,
  { value, inputs }: CachedConfig,
): void {
  const json = { format: FORMAT, key, inputs, config: toConfigJson(value) };
  fs.write(path, JSON.stringify(json), { mode: MODE_PRIVATE });
}

/**
 * The configuration that was kept under this key, if every input is as it was; else undefined: the
 * caller parses again. `texts` are the inputs that are no files, by name. Never throws for what the
 * file holds.
 */
export function readConfigCache(
  fs: FileSystem,
  path: string,
  key: string,
  texts: Readonly<Record<string, string>> = {},
): CachedConfig | undefined {
  const text = readTextIfExists(fs, path);
  const json = text === undefined ? undefined : parseJson(text);
  if (!isMapping(json) || json["format"] !== FORMAT || json["key"] !== key) {
    return undefined;
  }
  const inputs = json["inputs"];
  if (!Array.isArray(inputs) || !inputs.every(isFingerprint)) {
    return undefined;
  }
  if (!areInputsUnchanged(fs, inputs, texts)) {
    return undefined;
  }
  const restored = fromConfigJson(json["config"]);
  return restored === undefined ? undefined : { value: restored.value, inputs };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // Cut short by a power cut: as good as absent.
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

function isFingerprint(value: unknown): value is InputFingerprint {
  if (!isMapping(value)) {
    return false;
  }
  return value["kind"] === "path"
    ? typeof value["path"] === "string" && typeof value["state"] === "string"
    : value["kind"] === "text" &&
        typeof value["name"] === "string" &&
        typeof value["text"] === "string";
}
