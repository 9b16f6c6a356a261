import { lineAt } from "./line-index.ts";
import type { LineIndex } from "./line-index.ts";
import { parseYaml } from "./yaml.ts";

/** Answers where, in one YAML document, a key or an item stands. */
export interface SourceLines {
  /**
   * 1-based line of the key or item at `path` (["write_files", 2, "path"]), or of the nearest thing
   * around it that is written; undefined where nothing on the path is, or the text is no YAML.
   */
  lineOf(path: readonly (string | number)[]): number | undefined;
  /** The same for many paths. */
  linesOf(paths: readonly (readonly (string | number)[])[]): readonly (number | undefined)[];
}

/**
 * Lines of a document that is parsed at the first question and only then: most boots ask none. Who
 * parses a document anyway takes `withLines` of `parseYaml`, keeps that as JSON, and asks `lineAt`
 * of line-index.ts, which loads no YAML code.
 */
export function createSourceLines(content: string | Uint8Array): SourceLines {
  let parsed: { readonly index: LineIndex | undefined } | undefined;
  const lineOf = (path: readonly (string | number)[]): number | undefined => {
    parsed ??= { index: parseLines(content) };
    return parsed.index === undefined ? undefined : lineAt(parsed.index, path);
  };
  return { lineOf, linesOf: (paths) => paths.map(lineOf) };
}

function parseLines(content: string | Uint8Array): LineIndex | undefined {
  const parsed = parseYaml(content, "", { withLines: true });
  return parsed.ok ? parsed.lines : undefined;
}
