import type { Paths } from "../../instance/paths.ts";
import { readDocumentLines } from "../../stages/locate.ts";
import { readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import { lineAt } from "../../text/line-index.ts";
import type { Place } from "./explanation.ts";

/**
 * Where top-level keys stand, the strongest place of each: in user-data and vendor-data by the lines
 * that init kept, else in cloud.cfg and cloud.cfg.d, whose lines are looked through as text.
 */
export function findPlaces(sys: System, paths: Paths, keys: readonly string[]): readonly Place[] {
  const documents = [...documentLines(sys, paths)].reverse();
  const files = configFiles(sys, paths);
  return keys.flatMap((key): readonly Place[] => {
    for (const { source, lines } of documents) {
      const line = lineAt(lines, [key]);
      if (line !== undefined) {
        return [{ key, source, line }];
      }
    }
    for (const { path, text } of files) {
      const line = lineOfKey(text, key);
      if (line !== undefined) {
        return [{ key, source: path, line }];
      }
    }
    return [];
  });
}

function documentLines(sys: System, paths: Paths): ReturnType<typeof readDocumentLines> {
  try {
    return readDocumentLines(sys, `${paths.runDir}/config-lines.json`);
  } catch {
    // Only root may read it; that is told where the ledger is read.
    return [];
  }
}

/** Strongest first. */
function configFiles(
  sys: System,
  paths: Paths,
): readonly { readonly path: string; readonly text: string }[] {
  const directory = `${paths.configFile}.d`;
  const read = (path: string): readonly { readonly path: string; readonly text: string }[] => {
    try {
      const text = readTextIfExists(sys.fs, path);
      return text === undefined ? [] : [{ path, text }];
    } catch {
      return [];
    }
  };
  let names: readonly string[] = [];
  try {
    names = sys.fs.list(directory).filter((name) => name.endsWith(".cfg"));
  } catch {
    names = [];
  }
  const sorted = [...names].sort().reverse();
  return [...sorted.flatMap((name) => read(`${directory}/${name}`)), ...read(paths.configFile)];
}

function lineOfKey(text: string, key: string): number | undefined {
  const index = text
    .split("\n")
    .findIndex((line) =>
      [`${key}:`, `"${key}":`, `'${key}':`].some((start) => line.startsWith(start)),
    );
  return index === -1 ? undefined : index + 1;
}
