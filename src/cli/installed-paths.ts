import { distroDefaults } from "../distros/registry.ts";
import { createPaths, type PathRoots, type Paths } from "../instance/paths.ts";
import { readRunPointer } from "../instance/run-pointer.ts";
import type { System } from "../system/system.ts";

/** Where this machine's state is, without reading the configuration, which would load YAML. */
export async function installedPaths(sys: System): Promise<Paths> {
  return createPaths(findBootedRoots(sys, (await distroDefaults(sys)).paths));
}

/** The roots of the last boot: as it left them in the usual run_dir, in `paths.json`, or by the link that leads to cloud_dir. */
export function findBootedRoots(sys: System, roots: PathRoots): PathRoots {
  const pointer = readRunPointer(sys.fs, roots.runDir);
  if (pointer !== undefined) {
    return { ...roots, ...pointer, defaultRunDir: roots.runDir };
  }
  const target = sys.fs.readLink(`${roots.runDir}/status.json`);
  const linked = /^(?:\.\.\/)*\/?(.*)\/data\/status\.json$/u.exec(target ?? "")?.[1];
  const cloudDir = linked === undefined || linked === "" ? roots.cloudDir : `/${linked}`;
  return { ...roots, cloudDir };
}
