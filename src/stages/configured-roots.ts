import { type CloudConfig, isMapping } from "../config/cloud-config.ts";
import type { PathRoots } from "../instance/paths.ts";

/** The roots with what `system_info.paths` says of them. `roots`: the system's own, or those of the last boot. */
export function configuredRoots(roots: PathRoots, config: CloudConfig): PathRoots {
  const given = givenPaths(config);
  const { defaultRunDir = roots.runDir } = roots;
  const runDir = pathOf(given["run_dir"]) ?? roots.runDir;
  const { defaultRunDir: _last, ...rest } = roots;
  return {
    ...rest,
    cloudDir: pathOf(given["cloud_dir"]) ?? roots.cloudDir,
    templatesDir: pathOf(given["templates_dir"]) ?? roots.templatesDir,
    runDir,
    ...(runDir === defaultRunDir ? {} : { defaultRunDir }),
  };
}

/** `system_info.paths.run_dir`, where it can be used. */
export function configuredRunDir(config: CloudConfig): string | undefined {
  return pathOf(givenPaths(config)["run_dir"]);
}

function givenPaths(config: CloudConfig): CloudConfig {
  const systemInfo = config["system_info"];
  const written = isMapping(systemInfo) ? systemInfo["paths"] : undefined;
  return isMapping(written) ? written : {};
}

/** Only absolute paths count, and not "/" itself: all below these directories is taken for cloud-init's own. */
function pathOf(value: unknown): string | undefined {
  if (typeof value !== "string" || !value.startsWith("/")) {
    return undefined;
  }
  const path = value.replace(/\/+$/u, "");
  return path === "" ? undefined : path;
}
