import { readJsonIfExists } from "../system/files.ts";
import type { FileSystem } from "../system/system.ts";
import { isRecord } from "../text/record.ts";
import { writeIfDifferent } from "../system/write-if-different.ts";
import type { Paths } from "./paths.ts";

const NAME = "paths.json";
const MODE = 0o644;

/**
 * Where `system_info.paths` names another run_dir, a file in the usual one says where all is: for
 * commands that do not read the configuration. Where it does not, there is no such file.
 */
export function writeRunPointer(fs: FileSystem, paths: Paths): void {
  const { cloudDir, runDir, defaultRunDir } = paths;
  if (defaultRunDir === undefined) {
    const old = `${runDir}/${NAME}`;
    if (fs.stat(old) !== undefined) {
      fs.remove(old);
    }
    return;
  }
  const text = `${JSON.stringify({ cloud_dir: cloudDir, run_dir: runDir })}\n`;
  fs.makeDirectory(defaultRunDir);
  writeIfDifferent(fs, `${defaultRunDir}/${NAME}`, text, { mode: MODE });
}

/** What `writeRunPointer` left in the usual run_dir; undefined where there is nothing that can be used. */
export function readRunPointer(
  fs: FileSystem,
  defaultRunDir: string,
): { readonly cloudDir: string; readonly runDir: string } | undefined {
  try {
    const value = readJsonIfExists(fs, `${defaultRunDir}/${NAME}`);
    const { cloud_dir: cloudDir, run_dir: runDir } = isRecord(value) ? value : {};
    return isAbsolute(cloudDir) && isAbsolute(runDir) ? { cloudDir, runDir } : undefined;
  } catch {
    return undefined;
  }
}

function isAbsolute(value: unknown): value is string {
  return typeof value === "string" && /^\/+[^/]/u.test(value);
}
