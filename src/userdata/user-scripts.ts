import type { Paths } from "../instance/paths.ts";
import { isFile, readTextIfExists } from "../system/files.ts";
import type { FileSystem } from "../system/system.ts";

const LIST_MODE = 0o600;
const LIST_BYTES_MAX = 16 * 1024 * 1024;

/**
 * The scripts that user-data put among those of the image (`scripts/per-boot`, `per-instance`,
 * `per-once`): they are not of the image, and go with the instance.
 */
export function readUserScripts(fs: FileSystem, paths: Paths): readonly string[] {
  const file = listFile(paths);
  if (!isFile(fs, file) || (fs.stat(file)?.sizeBytes ?? 0) > LIST_BYTES_MAX) {
    return [];
  }
  const names = (readTextIfExists(fs, file) ?? "").split("\n");
  return names
    .filter((name) => /^per-(?:boot|instance|once)\/[^/]+$/u.test(name) && !name.endsWith("/.."))
    .map((name) => `${paths.scriptsDir}/${name}`);
}

/** Remembers `path`, one of `paths.scriptsDir`, before it is written. */
export function recordUserScript(fs: FileSystem, paths: Paths, path: string): void {
  const known = readUserScripts(fs, paths);
  if (!known.includes(path)) {
    const lines = [...known, path].map((each) => `${each.slice(paths.scriptsDir.length + 1)}\n`);
    fs.write(listFile(paths), lines.join(""), { mode: LIST_MODE });
  }
}

function listFile(paths: Paths): string {
  return `${paths.dataDir}/user-scripts`;
}
