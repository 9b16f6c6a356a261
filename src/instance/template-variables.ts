import { Buffer } from "node:buffer";
import { isRecord } from "../text/record.ts";
import type { InstanceData } from "./instance-data.ts";

/**
 * What templates see of instance-data (compat userdata.md §6.6): what `createQueryData` makes of it,
 * and for each key that is no name in Jinja, as "local-hostname" is none, its alias with "_".
 */
export function createTemplateVariables(data: InstanceData): Readonly<Record<string, unknown>> {
  return promote(decode(data, "", encodedPaths(data), true));
}

/** What `query` shows of instance-data (core.md §7.3): base64 decoded, the keys of `v1` at the top as well. */
export function createQueryData(data: InstanceData): Readonly<Record<string, unknown>> {
  return promote(decode(data, "", encodedPaths(data), false));
}

/** The name by which a template knows a key. */
export function aliasOf(key: string): string {
  return key.replace(NOT_IN_NAMES, "_");
}

function encodedPaths(data: InstanceData): ReadonlySet<string> {
  const encoded = data["base64_encoded_keys"];
  return new Set(Array.isArray(encoded) ? encoded.filter((path) => typeof path === "string") : []);
}

function promote(decoded: unknown): Readonly<Record<string, unknown>> {
  const top = isRecord(decoded) ? decoded : {};
  const standard = Object.keys(top)
    .filter((key) => /^v\d+$/u.test(key))
    .sort();
  const promoted = standard.flatMap((key) => {
    const values = top[key];
    return isRecord(values) ? Object.entries(values) : [];
  });
  return Object.fromEntries([...promoted, ...Object.entries(top)]);
}

const NOT_IN_NAMES = /[^A-Za-z0-9_]/gu;

function decode(
  value: unknown,
  path: string,
  encoded: ReadonlySet<string>,
  hasAliases: boolean,
): unknown {
  if (typeof value === "string") {
    return encoded.has(path) ? Buffer.from(value, "base64").toString("utf8") : value;
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => decode(item, `${path}/${index}`, encoded, hasAliases));
  }
  if (!isRecord(value)) {
    return value;
  }
  const result = new Map<string, unknown>();
  const aliases = new Map<string, unknown>();
  for (const [key, item] of Object.entries(value)) {
    const inner = decode(item, path === "" ? key : `${path}/${key}`, encoded, hasAliases);
    result.set(key, inner);
    if (hasAliases) {
      aliases.set(aliasOf(key), inner);
    }
  }
  // A key of its own is stronger than the alias of another one.
  return Object.fromEntries([...aliases, ...result]);
}
