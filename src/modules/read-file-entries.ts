import { readConfigList } from "./config-list.ts";
import { parseFileEntry, type FileEntry } from "./file-entry.ts";
import type { ModuleContext } from "./module.ts";

/** An entry and its place in the list, from 0. */
export interface IndexedEntry {
  readonly index: number;
  readonly entry: FileEntry;
}

export interface FileEntries {
  readonly entries: readonly IndexedEntry[];
  /** How many belong to the other stage. */
  readonly otherCount: number;
}

/**
 * The usable entries of `write_files` that wait for the last stage (`isDeferred`) or do not. Of
 * these, one that cannot be used is a failure and a step in the ledger.
 */
export function readFileEntries(ctx: ModuleContext, isDeferred: boolean): FileEntries {
  let otherCount = 0;
  const entries: IndexedEntry[] = [];
  for (const [index, raw] of readConfigList(ctx, "write_files").entries()) {
    const parsed = parseFileEntry(raw);
    const isOther = (parsed.ok ? parsed.entry.isDeferred : parsed.isDeferred) !== isDeferred;
    if (isOther) {
      otherCount += 1;
    } else if (parsed.ok) {
      entries.push({ index, entry: parsed.entry });
    } else {
      const path = ["write_files", index, ...(parsed.key === undefined ? [] : [parsed.key])];
      const place = ctx.locate(path);
      const message = `Cannot use write_files[${index}]: ${parsed.reason}`;
      ctx.ledger.record({
        kind: "file",
        what: `write_files[${index}]`,
        outcome: "failed",
        reason: message,
        ...place,
      });
      ctx.fail({ message, path, ...place });
    }
  }
  return { entries, otherCount };
}
