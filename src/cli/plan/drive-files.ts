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

/** Reads the files of a config drive into memory. */
export function copyDriveFiles(tree: FileTree): CopiedDrive {
  const copy: Copy = { tree, files: {}, problems: [], fileCount: 0, bytesLeft: TOTAL_BYTES_MAX };
  for (const path of FIRST_LAYOUT_FILES) {
    copyEntry(copy, path, DEPTH_MAX);
  }
  for (const path of DRIVE_DIRECTORIES) {
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
