import { Buffer } from "node:buffer";
import { statTarget } from "../system/files.ts";
import type { FileSystem } from "../system/system.ts";

/**
 * Edits a configuration file of an agent and keeps the former one beside it as `.old`, as
 * cloud-init does. `edit` gets and returns Latin-1, one character a byte ("" where there is no
 * file). An existing file keeps its owner, and its mode without what `others` may do where
 * `isPrivate`. True if it was written.
 */
export function changeConfigFile(
  fs: FileSystem,
  path: string,
  edit: (text: string) => string,
  options: { readonly newMode: number; readonly isPrivate?: boolean },
): boolean {
  const old = fs.readBytesIfExists(path);
  const before = old === undefined ? "" : Buffer.from(old).toString("latin1");
  const after = edit(before);
  const stat = statTarget(fs, path);
  const mode =
    stat === undefined ? options.newMode : stat.mode & (options.isPrivate ? 0o750 : 0o777);
  if (after === before) {
    if (stat !== undefined && stat.mode !== mode) {
      fs.setAttributes(path, { mode });
      return true;
    }
    return false;
  }
  const owner = stat === undefined ? {} : { owner: `${stat.uid}:${stat.gid}` };
  if (old !== undefined) {
    fs.write(`${path}.old`, old, { mode, ...owner });
  }
  fs.write(path, Buffer.from(after, "latin1"), { mode, ...owner });
  return true;
}
