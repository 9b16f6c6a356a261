import { readTextIfExists } from "../system/files.ts";
import type { System } from "../system/system.ts";
import type { LineIndex } from "../text/line-index.ts";
import { lineAt } from "../text/line-index.ts";
import { isRecord } from "../text/record.ts";

/** Where a key of the configuration stands in what the user wrote. */
export type Locate = (
  path: readonly (string | number)[],
) => { readonly source: string; readonly line: number } | undefined;

/** One cloud-config document with its lines, weakest first in a list of them. */
export interface DocumentLines {
  readonly source: string;
  readonly lines: LineIndex;
}

/** Looks a key up in the strongest document that has its first step. `documents` is asked at the first question and only then: most boots ask none. */
export function createLocate(documents: () => readonly DocumentLines[]): Locate {
  let known: readonly DocumentLines[] | undefined;
  return (path) => {
    known ??= documents();
    const [first] = path;
    if (first === undefined) {
      return undefined;
    }
    for (const { source, lines } of [...known].reverse()) {
      if (lineAt(lines, [first]) !== undefined) {
        const line = lineAt(lines, path);
        return line === undefined ? undefined : { source, line };
      }
    }
    return undefined;
  };
}

/** The documents that init kept for the later stages; none where the file is not there or not ours. */
export function readDocumentLines(sys: System, path: string): readonly DocumentLines[] {
  const text = readTextIfExists(sys.fs, path);
  if (text === undefined) {
    return [];
  }
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter(isDocument) : [];
  } catch {
    // Cut short by a power cut: messages have no line then, nothing else depends on it.
    return [];
  }
}

function isDocument(value: unknown): value is DocumentLines {
  return isRecord(value) && typeof value["source"] === "string" && isLineIndex(value["lines"]);
}

/** The file is ours and 0600: its top is checked, its depth is trusted. */
function isLineIndex(value: unknown): value is LineIndex {
  return (
    typeof value === "number" ||
    (isRecord(value) &&
      typeof value["line"] === "number" &&
      (Array.isArray(value["items"]) || isRecord(value["keys"])))
  );
}
