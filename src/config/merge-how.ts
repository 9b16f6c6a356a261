import { describeKind } from "../text/describe-kind.ts";
import { isMapping } from "./cloud-config.ts";
import type { CloudConfig } from "./cloud-config.ts";

/** How one type of value is merged: "list(append)". The first merger of a type counts. */
export interface Merger {
  readonly type: "dict" | "list" | "str";
  readonly options: readonly string[];
}

/** Between config levels: what is stronger stays, mappings are merged deeply. */
export const LEVEL_MERGERS: readonly Merger[] = [
  { type: "list", options: [] },
  { type: "dict", options: [] },
  { type: "str", options: [] },
];

/** Between cloud-config parts: a later part replaces whole top-level keys. */
export const PART_MERGERS: readonly Merger[] = [
  { type: "dict", options: ["replace"] },
  { type: "list", options: [] },
  { type: "str", options: [] },
];

/** Mergers, none of which may be given; or what is wrong with the text. */
export type ParsedMergeHow =
  | { readonly ok: true; readonly mergers: readonly Merger[] }
  | { readonly ok: false; readonly reason: string };

const MERGE_HOW_LENGTH_MAX = 4096;
const LIST_LENGTH_MAX = 64;

/**
 * Parses a `merge_how` value (compat config.md §3.1): text such as
 * "list(append)+dict(no_replace,recurse_list)+str()", or a list of `{name, settings}` and
 * `[name, option…]`. Null and "" give no mergers.
 */
export function parseMergeHow(value: unknown): ParsedMergeHow {
  if (value === undefined || value === null) {
    return { ok: true, mergers: [] };
  }
  if (typeof value === "string") {
    return parseText(value);
  }
  if (!Array.isArray(value)) {
    return { ok: false, reason: `expected text or a list, found ${describeKind(value)}` };
  }
  const mergers: Merger[] = [];
  for (const [index, item] of value.slice(0, LIST_LENGTH_MAX).entries()) {
    const parsed = typeof item === "string" ? parseText(item) : parseItem(item, index);
    if (!parsed.ok) {
      return parsed;
    }
    mergers.push(...parsed.mergers);
  }
  return { ok: true, mergers };
}

/** A configuration without its merge directive, and that directive's value. */
export interface ExtractedMergeHow {
  readonly config: CloudConfig;
  /** `merge_how`, or `merge_type` where that is absent or empty. */
  readonly mergeHow: unknown;
}

/** Takes `merge_how` and `merge_type` out of a configuration. */
export function extractMergeHow(config: CloudConfig): ExtractedMergeHow {
  const mergeHow = own(config, "merge_how");
  const mergeType = own(config, "merge_type");
  if (mergeHow === undefined && mergeType === undefined) {
    return { config, mergeHow: undefined };
  }
  const { merge_how: _how, merge_type: _type, ...rest } = config;
  return { config: rest, mergeHow: isEmpty(mergeHow) ? mergeType : mergeHow };
}

function own(config: CloudConfig, key: string): unknown {
  return Object.hasOwn(config, key) ? config[key] : undefined;
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === "" ||
    (Array.isArray(value) && value.length === 0)
  );
}

function parseText(text: string): ParsedMergeHow {
  if (text.length > MERGE_HOW_LENGTH_MAX) {
    return { ok: false, reason: `it is longer than ${MERGE_HOW_LENGTH_MAX} characters` };
  }
  const mergers: Merger[] = [];
  for (const written of text.split("+")) {
    const piece = written.trim().toLowerCase().replaceAll("-", "_");
    if (piece === "") {
      continue;
    }
    const match = /^([a-z_][a-z0-9_]*)\((.*)\)$/su.exec(piece);
    if (match === null) {
      return {
        ok: false,
        reason: `"${shorten(written.trim())}" is not of the form "name(option,option)"`,
      };
    }
    const [, name = "", options = ""] = match;
    const merger = createMerger(
      name,
      options
        .split(",")
        .map((option) => option.trim())
        .filter((option) => option !== ""),
    );
    if (!merger.ok) {
      return merger;
    }
    mergers.push(...merger.mergers);
  }
  return { ok: true, mergers };
}

function parseItem(item: unknown, index: number): ParsedMergeHow {
  if (Array.isArray(item)) {
    const [name, ...options] = item as readonly unknown[];
    return createMerger(typeof name === "string" ? name : "", options.filter(isText));
  }
  if (isMapping(item)) {
    const name = own(item, "name");
    const settings = own(item, "settings");
    return createMerger(
      typeof name === "string" ? name.replaceAll("-", "_").trim() : "",
      Array.isArray(settings) ? settings.filter(isText) : [],
    );
  }
  return {
    ok: false,
    reason: `its item ${index + 1} is ${describeKind(item)}, expected a list or a mapping`,
  };
}

function createMerger(written: string, options: readonly string[]): ParsedMergeHow {
  const type = written.replace(/^m_/u, "");
  if (type !== "dict" && type !== "list" && type !== "str") {
    return {
      ok: false,
      reason: `"${shorten(written)}" is no merger, expected "dict", "list" or "str"`,
    };
  }
  return { ok: true, mergers: [{ type, options }] };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
