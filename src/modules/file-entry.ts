import { isMapping } from "../config/cloud-config.ts";
import { describeKind } from "../text/describe-kind.ts";

/** One entry of `write_files` that can be used. */
export interface FileEntry {
  readonly path?: string;
  readonly content?: string | number | boolean | Uint8Array | null;
  readonly encoding?: string;
  readonly owner?: string;
  readonly permissions?: string | number;
  readonly isAppended: boolean;
  readonly isDeferred: boolean;
  /** Where content is to be fetched from, as it is written. */
  readonly source?: unknown;
}

/** An entry, or what of it has the wrong type. */
export type ParsedFileEntry =
  | { readonly ok: true; readonly entry: FileEntry }
  | {
      readonly ok: false;
      readonly reason: string;
      readonly key?: string;
      readonly isDeferred: boolean;
    };

/**
 * Reads one entry of `write_files`. A value of the wrong type makes the whole entry unusable: a
 * file with half of its settings (and the default mode, say) would be worse than none. Written by
 * hand, since there may be ten thousand of them. No reason repeats a value.
 */
export function parseFileEntry(raw: unknown): ParsedFileEntry {
  if (!isMapping(raw)) {
    const reason = `expected a mapping with "path" and "content", got ${describeKind(raw)}`;
    return { ok: false, reason, isDeferred: false };
  }
  const isDeferred = isTrue(raw["defer"]);
  for (const [key, { isFitting, expected }] of Object.entries(RULES)) {
    const value = raw[key];
    if (value !== undefined && value !== null && !isFitting(value)) {
      const reason = `${key} is expected to be ${expected}, got ${describeKind(value)}`;
      return { ok: false, reason, key, isDeferred };
    }
  }
  const { path, content, encoding, owner, permissions } = raw;
  const entry: FileEntry = {
    ...(typeof path === "string" ? { path } : {}),
    ...(isContent(content) ? { content } : {}),
    ...(typeof encoding === "string" ? { encoding } : {}),
    ...(isText(owner) ? { owner: String(owner) } : {}),
    ...(isText(permissions) ? { permissions } : {}),
    isAppended: isTrue(raw["append"]),
    isDeferred,
    ...(raw["source"] === undefined || raw["source"] === null ? {} : { source: raw["source"] }),
  };
  return { ok: true, entry };
}

interface Rule {
  readonly expected: string;
  isFitting(value: unknown): boolean;
}

const RULES: Readonly<Record<string, Rule>> = {
  path: { expected: "text", isFitting: (value) => typeof value === "string" },
  content: { expected: "text or another scalar", isFitting: isContent },
  encoding: { expected: "text", isFitting: (value) => typeof value === "string" },
  owner: { expected: "text", isFitting: isText },
  permissions: { expected: 'an octal mode in quotes, such as "0644"', isFitting: isText },
  append: { expected: "true or false", isFitting: isFlag },
  defer: { expected: "true or false", isFitting: isFlag },
  source: { expected: "a mapping", isFitting: isMapping },
};

function isContent(value: unknown): value is string | number | boolean | Uint8Array {
  return isText(value) || typeof value === "boolean" || value instanceof Uint8Array;
}

function isText(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}

function isFlag(value: unknown): boolean {
  return isText(value) || typeof value === "boolean";
}

/** Booleans as cloud-init reads them (compat config.md §9.4). */
function isTrue(value: unknown): boolean {
  return value === true || (isText(value) && /^\s*(?:true|1|on|yes)\s*$/iu.test(String(value)));
}
