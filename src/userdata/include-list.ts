/** One line of an include list. */
export interface IncludeEntry {
  readonly url: string;
  /** Fetched once for an instance, and kept. */
  readonly isOnce: boolean;
}

const ONCE = "#include-once";
const EVERY_TIME = "#include";

/**
 * The entries of `#include` and `#include-once` text (compat userdata.md §3.1): such a line says what
 * holds for those after it and may have an entry itself; other lines with "#" and empty ones say
 * nothing. `isOnce` is what the part's content type says.
 */
export function parseIncludeList(content: Uint8Array, isOnce: boolean): readonly IncludeEntry[] {
  const entries: IncludeEntry[] = [];
  let mode = isOnce;
  for (const written of new TextDecoder().decode(content).split(/\r\n|\r|\n/u)) {
    let line = written.trim();
    const lower = line.toLowerCase();
    if (lower.startsWith(ONCE)) {
      mode = true;
      line = line.slice(ONCE.length).trim();
    } else if (lower.startsWith(EVERY_TIME)) {
      mode = false;
      line = line.slice(EVERY_TIME.length).trim();
    }
    if (line !== "" && !line.startsWith("#")) {
      entries.push({ url: line, isOnce: mode });
    }
  }
  return entries;
}
