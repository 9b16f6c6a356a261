import { distroDefaults } from "../distros/registry.ts";
import { createPaths, type Paths } from "../instance/paths.ts";
import type { System } from "../system/system.ts";

/** Where this machine's state is, without reading the configuration, which would load YAML: where it puts cloud_dir, the link in run_dir leads there. */
export async function installedPaths(sys: System): Promise<Paths> {
  const roots = (await distroDefaults(sys)).paths;
  const target = sys.fs.readLink(`${roots.runDir}/status.json`);
  const linked = /^(?:\.\.\/)*\/?(.*)\/data\/status\.json$/u.exec(target ?? "")?.[1];
  const cloudDir = linked === undefined || linked === "" ? roots.cloudDir : `/${linked}`;
  return createPaths({ ...roots, cloudDir });
}
