import { textOf } from "./text-of.ts";

/**
 * A list option (compat config.md §9.4): a list as it is, nothing where there is nothing, and for
 * any other value a list of its text.
 */
export function listOption(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) {
    return [];
  }
  return Array.isArray(value) ? (value as readonly unknown[]) : [textOf(value)];
}

/** cloud-init's uniq merge: texts split at commas, blanks dropped, the first of equal ones kept. */
export function uniqueNames(...values: readonly unknown[]): readonly string[] {
  const names = values
    .flatMap(listOption)
    .flatMap((item) => textOf(item).split(","))
    .map((name) => name.trim())
    .filter((name) => name !== "");
  return [...new Set(names)];
}
