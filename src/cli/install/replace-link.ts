import type { FileSystem } from "../../system/system.ts";

/**
 * Has `write` put a file where a link may be: the link goes first, since a file would be written
 * through it, and comes back where `write` throws (a full disk).
 */
export function replaceLink(fs: FileSystem, path: string, write: () => void): void {
  const target = fs.readLink(path);
  if (target === undefined) {
    write();
    return;
  }
  fs.remove(path);
  try {
    write();
  } catch (error) {
    fs.symlink(target, path);
    throw error;
  }
}
