import type { FileSystem } from "../../system/system.ts";

/** Removes files, whatever they are links to; names those that were there. */
export function removeIfThere(fs: FileSystem, paths: readonly string[]): readonly string[] {
  return paths.filter((path) => {
    if (fs.stat(path) === undefined) {
      return false;
    }
    fs.remove(path);
    return true;
  });
}
