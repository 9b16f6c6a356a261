import { hashFile } from "../../src/cli/install/file-state.ts";
import type { FileSystem } from "../../src/system/system.ts";

/** What a file system holds: one line for each path below `root`, with mode, owner and content. */
export function snapshotFiles(fs: FileSystem, root = "/"): Readonly<Record<string, string>> {
  const lines: Record<string, string> = {};
  const visit = (directory: string): void => {
    for (const name of fs.list(directory)) {
      const path = directory === "/" ? `/${name}` : `${directory}/${name}`;
      const stat = fs.stat(path);
      const head = `${stat?.kind} ${stat?.mode.toString(8)} ${stat?.uid}:${stat?.gid}`;
      if (stat?.kind === "directory") {
        lines[path] = head;
        visit(path);
      } else {
        const target = fs.readLink(path);
        lines[path] = `${head} ${target === undefined ? hashFile(fs, path) : `-> ${target}`}`;
      }
    }
  };
  visit(root);
  return lines;
}
