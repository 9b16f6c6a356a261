import { setKey } from "../text/set-key.ts";
import { textOf } from "../text/text-of.ts";
import { isMapping } from "./cloud-config.ts";
import type { CloudConfig } from "./cloud-config.ts";
import { extractMergeHow, LEVEL_MERGERS, parseMergeHow, PART_MERGERS } from "./merge-how.ts";
import type { Merger } from "./merge-how.ts";
import type { Problem } from "../text/problem.ts";

/** Two configurations made one, and what of the merge directive could not be used. */
export interface MergedConfig {
  readonly config: CloudConfig;
  readonly problems: readonly Problem[];
}

/** One level of the configuration, for messages. */
export interface ConfigLevel {
  /** "cloud.cfg", "user-data". */
  readonly source: string;
  readonly config: CloudConfig;
}

/**
 * Merges the levels of a configuration, strongest first (compat config.md §1, §3.3). Each weaker
 * level's own `merge_how` says how it goes under what is there; a directive that cannot be read is
 * a problem, and the default is used.
 */
export function mergeLevels(levels: readonly ConfigLevel[]): MergedConfig {
  const problems: Problem[] = [];
  let merged: CloudConfig = {};
  for (const { source, config: written } of levels) {
    const { config, mergeHow } = extractMergeHow(written);
    const parsed = parseMergeHow(mergeHow);
    if (!parsed.ok) {
      problems.push({
        message: `Cannot use merge_how, the default is used: ${parsed.reason}`,
        source,
        path: ["merge_how"],
      });
    }
    const mergers = parsed.ok && parsed.mergers.length > 0 ? parsed.mergers : LEVEL_MERGERS;
    merged = mergeConfigs(merged, config, mergers, createReport(problems, source));
  }
  return { config: merged, problems };
}

/** What came of one more cloud-config part; not ok: the part is left out and `config` is as before. */
export interface MergedPart extends MergedConfig {
  readonly ok: boolean;
}

/**
 * Merges a later cloud-config part into those before it (compat config.md §3.3). Its own
 * `merge_how` comes first, then that of its MIME header; both apply to this part alone.
 */
export function mergeCloudConfigPart(
  accumulated: CloudConfig,
  part: CloudConfig,
  source: string,
  headerMergeHow?: string,
): MergedPart {
  const { config, mergeHow } = extractMergeHow(part);
  const own = parseMergeHow(mergeHow);
  const header = parseMergeHow(headerMergeHow);
  if (!own.ok || !header.ok) {
    const where = own.ok ? "its Merge-Type header" : "merge_how";
    const reason = own.ok ? (header.ok ? "" : header.reason) : own.reason;
    const message = `Cannot merge this cloud-config part, it is left out: ${where}: ${reason}`;
    return { ok: false, config: accumulated, problems: [{ message, source }] };
  }
  const given = [...own.mergers, ...header.mergers];
  const problems: Problem[] = [];
  const mergers = given.length > 0 ? given : PART_MERGERS;
  const merged = mergeConfigs(accumulated, config, mergers, createReport(problems, source));
  return { ok: true, config: merged, problems };
}

/** Into nothing, anything goes: the first part's directive has no effect. */
function mergeConfigs(
  old: CloudConfig,
  next: CloudConfig,
  mergers: readonly Merger[],
  report: MergeReport,
): CloudConfig {
  if (Object.keys(old).length === 0) {
    return next;
  }
  if (!mergers.some(({ type }) => type === "dict")) {
    report('merge_how names no "dict(…)", so nothing of this is merged', ["merge_how"]);
  }
  const merged = mergeValues(old, next, mergers, report);
  return isMapping(merged) ? merged : old;
}

/** Told of a value that cannot be merged as asked; the old one is kept. */
export type MergeReport = (message: string, path: readonly (string | number)[]) => void;

/** Deeper values are not merged into each other: the old one is kept, and it is reported. */
export const MERGE_DEPTH_MAX = 256;

/**
 * Merges `next` into `old` and returns the result; neither is changed (compat config.md §3.2). The
 * type of `old` says which merger works; without one, or for numbers and the like, `old` stays.
 */
export function mergeValues(
  old: unknown,
  next: unknown,
  mergers: readonly Merger[],
  report: MergeReport = () => {},
): unknown {
  const rules: Rules = {
    dict: createRules(mergers, "dict"),
    list: createRules(mergers, "list"),
    str: createRules(mergers, "str"),
    report,
    path: [],
  };
  return mergeAny(old, next, rules);
}

interface Rules {
  readonly dict: TypeRules | undefined;
  readonly list: TypeRules | undefined;
  readonly str: TypeRules | undefined;
  readonly report: MergeReport;
  /** Where the merge is just now; pushed and popped. */
  readonly path: (string | number)[];
}

interface TypeRules {
  readonly has: ReadonlySet<string>;
  readonly recursesText: boolean;
  readonly recursesLists: boolean;
  readonly recursesMappings: boolean;
}

function createRules(mergers: readonly Merger[], type: Merger["type"]): TypeRules | undefined {
  const merger = mergers.find((candidate) => candidate.type === type);
  if (merger === undefined) {
    return undefined;
  }
  const has = new Set(merger.options);
  return {
    has,
    recursesText: has.has("recurse_str"),
    recursesLists: has.has("recurse_array") || has.has("recurse_list"),
    // Between mappings this is always on.
    recursesMappings: type === "dict" || has.has("recurse_dict"),
  };
}

function mergeAny(old: unknown, next: unknown, rules: Rules): unknown {
  if (rules.path.length > MERGE_DEPTH_MAX) {
    const message = `It is nested more than ${MERGE_DEPTH_MAX} levels deep and is not merged`;
    rules.report(message, rules.path.slice(0, 4));
    return old;
  }
  if (typeof old === "string") {
    return rules.str === undefined ? old : mergeText(old, next, rules.str);
  }
  if (Array.isArray(old)) {
    return rules.list === undefined ? old : mergeLists(old, next, rules.list, rules);
  }
  if (isMapping(old)) {
    return rules.dict === undefined ? old : mergeMappings(old, next, rules.dict, rules);
  }
  return old;
}

function mergeText(old: string, next: unknown, { has }: TypeRules): unknown {
  return has.has("append") ? `${old}${textOf(next)}` : next;
}

function mergeMappings(old: CloudConfig, next: unknown, own: TypeRules, rules: Rules): unknown {
  if (!isMapping(next)) {
    return old;
  }
  const replaces = own.has.has("replace");
  const deletes = own.has.has("allow_delete");
  // A spread copies "__proto__" as the own property that it is here.
  const merged: Record<string, unknown> = { ...old };
  for (const [key, value] of Object.entries(next)) {
    if (!Object.hasOwn(merged, key)) {
      setKey(merged, key, value);
    } else if (value === null && deletes) {
      delete merged[key];
    } else if (replaces) {
      setKey(merged, key, value);
    } else if (recursesInto(value, own)) {
      rules.path.push(key);
      setKey(merged, key, mergeAny(merged[key], value, rules));
      rules.path.pop();
    }
  }
  return merged;
}

function mergeLists(old: readonly unknown[], next: unknown, own: TypeRules, rules: Rules): unknown {
  const method = LIST_METHODS.find((name) => own.has.has(name)) ?? "replace";
  switch (method) {
    case "append":
    case "prepend":
      if (!Array.isArray(next)) {
        rules.report(`Cannot ${method} to a list: a list is expected, the old one is kept`, [
          ...rules.path,
        ]);
        return old;
      }
      return method === "append" ? [...old, ...next] : [...next, ...old];
    case "replace":
      return Array.isArray(next) ? replaceItems(old, next, own, rules) : next;
    case "no_replace":
      return old;
  }
}

const LIST_METHODS = ["append", "prepend", "replace", "no_replace"] as const;

/** Item by item: a longer old list keeps its tail, a longer new one loses it (upstream's quirk). */
function replaceItems(
  old: readonly unknown[],
  next: readonly unknown[],
  own: TypeRules,
  rules: Rules,
): readonly unknown[] {
  return old.map((item, index) => {
    if (index >= next.length) {
      return item;
    }
    const value = next[index];
    if (!recursesInto(value, own)) {
      return value;
    }
    rules.path.push(index);
    const merged = mergeAny(item, value, rules);
    rules.path.pop();
    return merged;
  });
}

function recursesInto(value: unknown, own: TypeRules): boolean {
  if (typeof value === "string") {
    return own.recursesText;
  }
  return Array.isArray(value) ? own.recursesLists : isMapping(value) && own.recursesMappings;
}

function createReport(problems: Problem[], source: string): MergeReport {
  return (message, path) => {
    problems.push({ message, source, path });
  };
}
