import type { FileSystem } from "../../system/system.ts";

/** Copies a file to its name with `ending`, with its mode and owner, if it is there and no copy is. */
export function keepOriginal(fs: FileSystem, path: string, ending: string): void {
  const stat = fs.stat(path);
  if (stat?.kind === "file" && fs.stat(path + ending) === undefined) {
    fs.write(path + ending, fs.readBytes(path), {
      mode: stat.mode,
      owner: `${stat.uid}:${stat.gid}`,
    });
  }
}
