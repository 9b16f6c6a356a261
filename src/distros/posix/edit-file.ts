import { Buffer } from "node:buffer";
import { statTarget } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";

/**
 * Edits a file of the system's, each byte of which may be in any encoding: `edit` gets and returns
 * Latin-1, one character a byte ("" where there is no file). Mode and owner stay; `newMode` is for
 * a file that is not there. Returns what undoes it, or undefined where nothing has changed.
 */
export function editFile(
  fs: FileSystem,
  path: string,
  edit: (text: string) => string,
  newMode?: number,
): (() => void) | undefined {
  const old = fs.readBytesIfExists(path);
  const before = old === undefined ? "" : Buffer.from(old).toString("latin1");
  const after = edit(before);
  if (after === before) {
    return undefined;
  }
  const stat = statTarget(fs, path);
  const attributes =
    stat?.kind === "file"
      ? { mode: stat.mode, owner: `${stat.uid}:${stat.gid}` }
      : newMode === undefined
        ? {}
        : { mode: newMode };
  fs.write(path, Buffer.from(after, "latin1"), attributes);
  return () => {
    if (old === undefined) {
      fs.remove(path);
    } else {
      fs.write(path, old, attributes);
    }
  };
}

/** Whether `editFile` would change the file; only reads. */
export function wouldEdit(fs: FileSystem, path: string, edit: (text: string) => string): boolean {
  const bytes = fs.readBytesIfExists(path);
  const text = bytes === undefined ? "" : Buffer.from(bytes).toString("latin1");
  return edit(text) !== text;
}

/** A text as `editFile` takes it: its UTF-8 bytes as characters. */
export function asBytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
