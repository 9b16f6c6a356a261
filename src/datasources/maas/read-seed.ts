import { isDirectory, isFile } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import { MAAS_FILES, type MaasFiles } from "./parse-metadata.ts";

/**
 * The documents in a seed directory: flat, as IBM's port has them, or below `meta-data/` as upstream
 * has (compat datasources-clouds.md §7.3). Undefined where the directory has none of them.
 */
export function readMaasSeed(fs: FileSystem, directory: string): MaasFiles | undefined {
  if (!isDirectory(fs, directory)) {
    return undefined;
  }
  const files: Partial<Record<(typeof MAAS_FILES)[number], Uint8Array>> = {};
  for (const name of MAAS_FILES) {
    const path = [`${directory}/meta-data/${name}`, `${directory}/${name}`].find((each) =>
      isFile(fs, each),
    );
    if (path !== undefined) {
      files[name] = fs.readBytes(path);
    }
  }
  return Object.keys(files).length === 0 ? undefined : files;
}
