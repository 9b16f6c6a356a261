import { Buffer } from "node:buffer";
import { statTarget } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";

/** Copies a file to its name with `ending`, with its mode and owner, if `edit` (Latin-1) would change it and no copy is there. */
export function keepOriginal(
  fs: FileSystem,
  path: string,
  ending: string,
  edit?: (text: string) => string,
): void {
  const stat = statTarget(fs, path);
  if (stat?.kind !== "file" || fs.stat(path + ending) !== undefined) {
    return;
  }
  const bytes = fs.readBytes(path);
  const text = Buffer.from(bytes).toString("latin1");
  if (edit === undefined || edit(text) !== text) {
    fs.write(path + ending, bytes, { mode: stat.mode, owner: `${stat.uid}:${stat.gid}` });
  }
}
