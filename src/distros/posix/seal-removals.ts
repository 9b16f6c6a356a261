import type { FileSystem } from "../../system/system.ts";
import type { SealFinding } from "../seal-adapter.ts";

/** One removal for each of the paths that is there. Links go, what they lead to stays. */
export function sealRemovals(fs: FileSystem, paths: readonly string[]): readonly SealFinding[] {
  return paths
    .filter((path) => fs.stat(path) !== undefined)
    .map((path) => ({ kind: "change", what: `Remove ${path}`, apply: () => fs.remove(path) }));
}
