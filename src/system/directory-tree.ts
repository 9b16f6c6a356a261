import type { FileTree } from "./file-tree.ts";
import { isDirectory, isFile } from "./files.ts";
import type { FileSystem } from "./system.ts";

/** How a directory is read as a tree. */
export interface DirectoryTreeOptions {
  /** False: links are not there, so that a tree made by others leads nowhere else. */
  readonly followLinks: boolean;
  /** Two names that fold to the same text are the same where no name fits exactly. */
  readonly foldName?: (name: string) => string;
}

/** A file longer than this is refused. */
const FILE_BYTES_MAX = 256 * 1024 * 1024;

/** The files below the directory `root`: a seed directory, or a disc that is mounted there. */
export function createDirectoryTree(
  fs: FileSystem,
  root: string,
  options: DirectoryTreeOptions,
): FileTree {
  return {
    readBytes(path, maxBytes) {
      const found = resolve(fs, root, path, options);
      if (found === undefined || !isKind(fs, found, "file", options)) {
        return undefined;
      }
      return readLimited(fs, found, Math.min(FILE_BYTES_MAX, maxBytes ?? FILE_BYTES_MAX));
    },
    list(path) {
      const found = resolve(fs, root, path, options);
      return found !== undefined && isKind(fs, found, "directory", options) ? fs.list(found) : [];
    },
  };
}

function resolve(
  fs: FileSystem,
  root: string,
  path: string,
  options: DirectoryTreeOptions,
): string | undefined {
  let current = root;
  for (const name of path.split("/").filter((part) => part !== "" && part !== ".")) {
    // The root itself may be a link, what is below it only where links are followed.
    const isOpen =
      current === root ? isDirectory(fs, root) : isKind(fs, current, "directory", options);
    const next = isOpen && name !== ".." ? findName(fs, current, name, options) : undefined;
    if (next === undefined) {
      return undefined;
    }
    current = `${current}/${next}`;
  }
  return current;
}

function findName(
  fs: FileSystem,
  directory: string,
  name: string,
  options: DirectoryTreeOptions,
): string | undefined {
  if (fs.stat(`${directory}/${name}`) !== undefined) {
    return name;
  }
  const { foldName } = options;
  return foldName === undefined
    ? undefined
    : fs.list(directory).find((candidate) => foldName(candidate) === foldName(name));
}

function isKind(
  fs: FileSystem,
  path: string,
  kind: "file" | "directory",
  options: DirectoryTreeOptions,
): boolean {
  if (!options.followLinks) {
    return fs.stat(path)?.kind === kind;
  }
  return kind === "file" ? isFile(fs, path) : isDirectory(fs, path);
}

function readLimited(fs: FileSystem, path: string, limitBytes: number): Uint8Array {
  const file = fs.open(path);
  try {
    const sizeBytes = file.sizeBytes ?? 0;
    if (sizeBytes > limitBytes) {
      throw new Error(
        `Cannot read "${path}": it has ${sizeBytes} bytes, at most ${limitBytes} are read`,
      );
    }
    return file.read(0, sizeBytes);
  } finally {
    file.close();
  }
}
