import type { Frequency } from "./module.ts";

/** The frequency that a word means in a module list, on the command line or in a module's header; undefined for any other word. */
export function parseFrequency(word: string): Frequency | undefined {
  return FREQUENCIES.get(word);
}

/** cloud-init's three words, and those that its documentation and the seed page use for them. */
const FREQUENCIES: ReadonlyMap<string, Frequency> = new Map([
  ["once-per-instance", "once-per-instance"],
  ["instance", "once-per-instance"],
  ["per-instance", "once-per-instance"],
  ["always", "always"],
  ["per-always", "always"],
  ["boot", "always"],
  ["per-boot", "always"],
  ["once", "once"],
  ["per-once", "once"],
]);
