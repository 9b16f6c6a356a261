/** The entries of a directory on a disc, found by name. */
export interface NameIndex<T> {
  /** Each name once, in byte order. */
  readonly names: readonly string[];
  /** By its exact name, else by a spelling that the format takes for the same. */
  find(name: string): T | undefined;
}

/** Of several entries that have one name, the first counts. `fold` gives all spellings of a name the same text. */
export function createNameIndex<T extends { readonly name: string }>(
  entries: readonly T[],
  fold: (name: string) => string,
): NameIndex<T> {
  const byName = new Map<string, T>();
  const byFoldedName = new Map<string, T>();
  for (const entry of entries) {
    addFirst(byName, entry.name, entry);
    addFirst(byFoldedName, fold(entry.name), entry);
  }
  return {
    names: [...byName.keys()].sort(),
    find: (name) => byName.get(name) ?? byFoldedName.get(fold(name)),
  };
}

function addFirst<V>(map: Map<string, V>, key: string, value: V): void {
  if (!map.has(key)) {
    map.set(key, value);
  }
}
