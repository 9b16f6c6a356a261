import type { Paths } from "../../instance/paths.ts";
import type { FileSystem } from "../../system/system.ts";

/** What `cloud_dir` keeps although everything is cleaned: see compat core.md §7.2. */
const SEED = "seed";

/**
 * What is directly under cloud_dir and run_dir and goes: everything, but the seed unless `seed` says
 * so. The mapping of volume groups is in another directory and stays.
 */
export function stateEntries(
  fs: FileSystem,
  paths: Paths,
  { seed }: { readonly seed: boolean },
): readonly string[] {
  return [
    ...entriesOf(fs, paths.cloudDir).filter((path) => seed || path !== `${paths.cloudDir}/${SEED}`),
    ...entriesOf(fs, paths.runDir),
    ...(paths.defaultRunDir === undefined ? [] : entriesOf(fs, paths.defaultRunDir)),
  ];
}

/** A directory that is a link belongs to somebody else: it is looked into, as a boot does. */
function entriesOf(fs: FileSystem, directory: string): readonly string[] {
  try {
    return fs.list(directory).map((name) => `${directory}/${name}`);
  } catch {
    return [];
  }
}
