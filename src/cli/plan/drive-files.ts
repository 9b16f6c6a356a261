import { SEED_FILES } from "../../datasources/no-cloud/seed.ts";
import { createDirectoryTree } from "../../system/directory-tree.ts";
import type { FileTree } from "../../system/file-tree.ts";
import { createMemoryFileSystem } from "../../system/memory-file-system.ts";
import { errorMessage } from "../../text/error-message.ts";
import type { Problem } from "../../text/problem.ts";

/** Relative path → content. */
export type DriveFiles = Readonly<Record<string, Uint8Array>>;

export interface CopiedDrive {
  readonly files: DriveFiles;
  /** What could not be read, and is left out. */
  readonly problems: readonly Problem[];
}

/** Directories of a config drive that an agent reads, and the files of its first layout (compat datasources.md §3.2–3.4). */
export const DRIVE_DIRECTORIES: readonly string[] = ["openstack", "ec2"];
export const FIRST_LAYOUT_FILES: readonly string[] = [
  "meta.js",
  "etc/network/interfaces",
  "root/.ssh/authorized_keys",
];

const FILE_COUNT_MAX = 10_000;
const TOTAL_BYTES_MAX = 512 * 1024 * 1024;
const DEPTH_MAX = 16;

/** How the files of a drive are laid out. */
export type DriveLayout = "config-drive" | "no-cloud";

/** The files of a NoCloud seed, at the top of the drive. */
export const SEED_NAMES: readonly string[] = Object.values(SEED_FILES);

/** Which of the two a tree is; undefined where it is neither. One that is both counts as a config drive. */
export function findLayout(tree: FileTree): DriveLayout | undefined {
  const isConfigDrive =
    tree.list("openstack").length > 0 ||
    FIRST_LAYOUT_FILES.some((path) => tree.readBytes(path) !== undefined);
  if (isConfigDrive) {
    return "config-drive";
  }
  const required = [SEED_FILES.metaData, SEED_FILES.userData];
  return required.every((path) => tree.readBytes(path) !== undefined) ? "no-cloud" : undefined;
}

/** Reads the files of a config drive or a seed into memory. */
export function copyDriveFiles(tree: FileTree, layout: DriveLayout = "config-drive"): CopiedDrive {
  const copy: Copy = { tree, files: {}, problems: [], fileCount: 0, bytesLeft: TOTAL_BYTES_MAX };
  for (const path of layout === "no-cloud" ? SEED_NAMES : FIRST_LAYOUT_FILES) {
    copyEntry(copy, path, DEPTH_MAX);
  }
  for (const path of layout === "no-cloud" ? [] : DRIVE_DIRECTORIES) {
    copyEntry(copy, path, 0);
  }
  return { files: copy.files, problems: copy.problems };
}

/** Files in memory as a drive. */
export function createDriveTree(files: DriveFiles): FileTree {
  const root = "/drive";
  const fs = createMemoryFileSystem(
    Object.fromEntries(Object.entries(files).map(([path, bytes]) => [`${root}/${path}`, bytes])),
  );
  return createDirectoryTree(fs, root, { followLinks: false });
}

interface Copy {
  readonly tree: FileTree;
  readonly files: Record<string, Uint8Array>;
  readonly problems: Problem[];
  fileCount: number;
  bytesLeft: number;
}

function copyEntry(copy: Copy, path: string, depth: number): void {
  if (copy.fileCount >= FILE_COUNT_MAX) {
    return;
  }
  try {
    const bytes = copy.tree.readBytes(path, copy.bytesLeft);
    if (bytes !== undefined) {
      copy.files[path] = bytes;
      copy.bytesLeft -= bytes.length;
      copy.fileCount += 1;
      if (copy.fileCount === FILE_COUNT_MAX) {
        copy.problems.push({ message: `Cannot read all files: only ${FILE_COUNT_MAX} are read` });
      }
      return;
    }
    for (const name of depth < DEPTH_MAX ? copy.tree.list(path) : []) {
      copyEntry(copy, `${path}/${name}`, depth + 1);
    }
  } catch (error) {
    copy.problems.push({ message: errorMessage(error), source: path });
  }
}
