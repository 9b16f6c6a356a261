import { readTextIfExists } from "../../../system/files.ts";
import type { FileSystem } from "../../../system/system.ts";
import { followLinks, statPath } from "../block-devices.ts";

/** One line of fstab(5). */
export interface FstabEntry {
  readonly source: string;
  readonly target: string;
  readonly type: string;
  /** "defaults" where the line has none. */
  readonly options: string;
  readonly frequency: string;
  readonly pass: string;
}

/** Entries in order, and the numbers of the lines that are none. Undefined where there is no file. */
export function readFstab(
  fs: FileSystem,
  path = "/etc/fstab",
): { readonly entries: readonly FstabEntry[]; readonly badLines: readonly number[] } | undefined {
  const isFile = path.startsWith("/") && statPath(fs, followLinks(fs, path))?.kind === "file";
  const text = isFile ? readTextIfExists(fs, path) : undefined;
  if (text === undefined) {
    return undefined;
  }
  const entries: FstabEntry[] = [];
  const badLines: number[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const words = line.trim().split(/[ \t]+/u);
    if (words[0] === "" || words[0]?.startsWith("#") === true) {
      continue;
    }
    const [source, target, type, options = "defaults", frequency = "0", pass = "0"] = words;
    if (source === undefined || target === undefined || type === undefined) {
      badLines.push(index + 1);
      continue;
    }
    entries.push({
      source: unescape(source).replaceAll('"', ""),
      target: unescape(target),
      type,
      options: unescape(options),
      frequency,
      pass,
    });
  }
  return { entries, badLines };
}

/** "\040" is a blank. */
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/gu, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
