import type { Paths } from "../../instance/paths.ts";

/** What a user or a cloud asked for by path: shown wherever it lies. */
const ASKED_FOR: ReadonlySet<string> = new Set([
  "write_files",
  "write_files_deferred",
  "injected_files",
]);

/** Tells the agent's own files (state, logs, what it keeps between stages) from those of the machine. */
export function createStateFilter(
  paths: Paths,
): (path: string, module: string | undefined) => boolean {
  const directories = [paths.cloudDir, paths.runDir, paths.defaultRunDir ?? paths.runDir];
  return (path, module) => {
    if (module !== undefined && ASKED_FOR.has(module)) {
      return false;
    }
    return (
      directories.some((directory) => path === directory || path.startsWith(`${directory}/`)) ||
      path.startsWith(`${paths.logDir}/cloud-init`)
    );
  };
}
