import type { FileSystem } from "../../system/system.ts";
import { defaultFiles, type SeedFile } from "./default-files.ts";
import { FILE_SYSTEMS_PATH } from "./file-system-stanzas.ts";
import { addSeedStanzas } from "./seed-storage.ts";
import { type AixSeed, discOfPath } from "./seed.ts";

/** Every file of the seed, over those that each machine has; discs are left out. */
export function seedFiles(seed: AixSeed): readonly SeedFile[] {
  const own = Object.entries(seed.files ?? {})
    .filter(([path]) => discOfPath(path) === undefined)
    .map(([path, content]): SeedFile => ({ path, content }));
  const defaults = defaultFiles(seed.level ?? "7.3").map((file) =>
    "content" in file && file.path === FILE_SYSTEMS_PATH && typeof file.content === "string"
      ? Object.assign(file, { content: addSeedStanzas(file.content, seed.storage) })
      : file,
  );
  const directories = (seed.storage?.volumeGroups ?? []).flatMap(({ volumes = [] }) =>
    volumes.flatMap(({ mountPoint }): SeedFile[] =>
      mountPoint === undefined ? [] : [{ path: mountPoint, directory: true }],
    ),
  );
  return [...defaults, ...directories, ...own];
}

/** Puts one file, directory or link of a seed into a file system. */
export function placeFile(fs: FileSystem, file: SeedFile): void {
  const mode = "mode" in file && file.mode !== undefined ? { mode: file.mode } : {};
  if ("target" in file) {
    fs.symlink(file.target, file.path);
  } else if ("content" in file) {
    fs.write(file.path, file.content, mode);
  } else {
    fs.makeDirectory(file.path, mode);
  }
}
