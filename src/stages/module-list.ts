import { isMapping } from "../config/cloud-config.ts";
import { canonicalModuleName } from "../modules/canonical-name.ts";
import type { Frequency } from "../modules/module.ts";
import { parseFrequency } from "../modules/parse-frequency.ts";
import { describeKind } from "../text/describe-kind.ts";
import type { Problem } from "../text/problem.ts";
import { textOf } from "../text/text-of.ts";

/** One module that a section lists. */
export interface ModuleEntry {
  /** Canonical: "write_files". */
  readonly name: string;
  /** As in the list: "write-files", "cc_write_files.py". For messages. */
  readonly writtenName: string;
  /** Absent: the module's own. */
  readonly frequency?: Frequency;
  readonly args: readonly string[];
}

/** The entries that can be used, in order, and what is wrong with the others. */
export interface ParsedModuleList {
  readonly entries: readonly ModuleEntry[];
  readonly problems: readonly Problem[];
}

/**
 * Reads `cloud_init_modules` and its like (compat config.md §4, §5): names, `[name, frequency,
 * argument…]`, `{name, frequency, args}`; nothing where nothing is. `section` is the key, for
 * messages.
 */
export function parseModuleList(value: unknown, section: string): ParsedModuleList {
  const problems: Problem[] = [];
  const entries: ModuleEntry[] = [];
  for (const [index, item] of itemsOf(value, section, problems).entries()) {
    const path = [section, index];
    const parts = partsOf(item, path, problems);
    if (parts !== undefined) {
      const entry = createEntry(parts, path, problems);
      if (entry !== undefined) {
        entries.push(entry);
      }
    }
  }
  return { entries, problems };
}

const ENTRIES_MAX = 1000;

function itemsOf(value: unknown, section: string, problems: Problem[]): readonly unknown[] {
  if (value === undefined || value === null) {
    return [];
  }
  if (typeof value === "string") {
    // A single name stands for a list of one, as with every list option.
    return [value];
  }
  if (!Array.isArray(value)) {
    const message = `Cannot read ${section}: expected a list of module names, found ${describeKind(value)}`;
    problems.push({ message, path: [section] });
    return [];
  }
  if (value.length > ENTRIES_MAX) {
    const message = `Cannot run all of ${section}: it has ${value.length} entries, the limit is ${ENTRIES_MAX}`;
    problems.push({ message, path: [section] });
  }
  return value.slice(0, ENTRIES_MAX);
}

interface EntryParts {
  readonly name: unknown;
  readonly frequency: unknown;
  readonly args: unknown;
}

function partsOf(
  item: unknown,
  path: readonly (string | number)[],
  problems: Problem[],
): EntryParts | undefined {
  if (item === null || item === undefined || item === "") {
    return undefined;
  }
  if (typeof item === "string") {
    return { name: item, frequency: undefined, args: [] };
  }
  if (Array.isArray(item)) {
    const [name, frequency, ...args] = item as readonly unknown[];
    return item.length === 0 ? undefined : { name, frequency, args };
  }
  if (isMapping(item)) {
    if (Object.keys(item).length === 0) {
      return undefined;
    }
    return { name: own(item, "name"), frequency: own(item, "frequency"), args: own(item, "args") };
  }
  const place = placeOf(path);
  problems.push({
    message: `Cannot use ${place}: expected a module name, a list or a mapping with "name", found ${describeKind(item)}`,
    path,
  });
  return undefined;
}

function createEntry(
  parts: EntryParts,
  path: readonly (string | number)[],
  problems: Problem[],
): ModuleEntry | undefined {
  const { name: written } = parts;
  if (typeof written !== "string" || written.trim() === "") {
    problems.push({
      message: `Cannot use ${placeOf(path)}: expected the name of a module, found ${describeKind(written)}`,
      path,
    });
    return undefined;
  }
  const writtenName = written.trim();
  const frequency = readFrequency(parts.frequency, writtenName, path, problems);
  return {
    name: canonicalModuleName(writtenName),
    writtenName,
    ...(frequency === undefined ? {} : { frequency }),
    args: argsOf(parts.args),
  };
}

function readFrequency(
  value: unknown,
  writtenName: string,
  path: readonly (string | number)[],
  problems: Problem[],
): Frequency | undefined {
  if (value === undefined || value === null || value === "") {
    return undefined;
  }
  const frequency = typeof value === "string" ? parseFrequency(value.trim()) : undefined;
  if (frequency === undefined) {
    const shown = typeof value === "string" ? value : describeKind(value);
    problems.push({
      message: `Config specified module ${writtenName} has an unknown frequency ${shown}, its own is used: expected "once-per-instance", "always" or "once"`,
      path,
    });
  }
  return frequency;
}

function argsOf(value: unknown): readonly string[] {
  if (value === undefined || value === null) {
    return [];
  }
  return (Array.isArray(value) ? (value as readonly unknown[]) : [value]).map(textOf);
}

function own(mapping: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(mapping, key) ? mapping[key] : undefined;
}

function placeOf([section, index]: readonly (string | number)[]): string {
  return `${String(section)}[${String(index)}]`;
}
