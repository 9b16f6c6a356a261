import { Buffer } from "node:buffer";
import type { FileSystem } from "../../src/system/system.ts";

/** Every file, link and name below `directory` that has one of `marks` in it: "PATH: MARK". */
export function findMarked(
  fs: FileSystem,
  marks: readonly string[],
  leavesOut: (path: string) => boolean = () => false,
  directory = "/",
): readonly string[] {
  return fs.list(directory).flatMap((name) => {
    const path = `${directory === "/" ? "" : directory}/${name}`;
    const stat = fs.stat(path);
    if (stat === undefined || stat.kind === "device" || leavesOut(path)) {
      return [];
    }
    const content =
      stat.kind === "file"
        ? Buffer.from(fs.readBytes(path)).toString("latin1")
        : stat.kind === "symlink"
          ? (fs.readLink(path) ?? "")
          : "";
    const found = marks.filter((mark) => name.includes(mark) || content.includes(mark));
    const below = stat.kind === "directory" ? findMarked(fs, marks, leavesOut, path) : [];
    return found.map((mark) => `${path}: ${mark}`).concat(below);
  });
}
