import { isRecord } from "../../text/record.ts";
import type { Seed } from "./seed.ts";

/** Seeds one on the other, and where they came from. */
export interface MergedSeed extends Omit<Seed, "name"> {
  readonly names: readonly string[];
  /** A disc or an address has part in it: somebody brought it to this machine. */
  readonly isDelivered?: boolean;
}

/** Nothing yet. */
export const NO_SEED: MergedSeed = { names: [], metadata: {}, problems: [] };

/**
 * Adds a seed (compat datasources-clouds.md §11.2): of metadata, what is there already stays, key by
 * key; user-data, vendor-data and the network are replaced by those of a seed that has them.
 */
export function addSeed(merged: MergedSeed, seed: Seed): MergedSeed {
  const { name, metadata, problems, ...rest } = seed;
  return {
    ...merged,
    ...rest,
    names: [...merged.names, name],
    metadata: addMissing(merged.metadata, metadata),
    problems: [...merged.problems, ...problems],
  };
}

/** Mappings are merged at every depth, lists are not. */
function addMissing(
  target: Readonly<Record<string, unknown>>,
  added: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const merged = new Map(Object.entries(target));
  for (const [key, value] of Object.entries(added)) {
    const own = merged.get(key);
    if (!merged.has(key)) {
      merged.set(key, value);
    } else if (isRecord(own) && isRecord(value)) {
      merged.set(key, addMissing(own, value));
    }
  }
  return Object.fromEntries(merged);
}
