import type { RandomAccessFile } from "./system.ts";

/** What a path names in a tree of files that is kept in memory. */
export type FileNode = NodeAttributes &
  (
    | {
        readonly kind: "file" | "device" | "other";
        readonly sizeBytes: number;
        readonly content: () => Uint8Array;
        /** For files of another file system underneath, which are not to be read whole. */
        readonly open?: () => RandomAccessFile;
      }
    | { readonly kind: "directory" }
    | { readonly kind: "symlink"; readonly target: string }
  );

export interface NodeAttributes {
  /** Permission bits, e.g. 0o644. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly modifiedMs: number;
}

/**
 * The nodes of a tree by path. Paths are absolute and plain: no ".", "..", "//", and no link among
 * their parents. The root is "/".
 */
export interface NodeStore {
  find(path: string): FileNode | undefined;
  /** Names in the directory `path`, in any order. */
  names(path: string): readonly string[];
  /** The parent directory is there already. */
  set(path: string, node: FileNode): void;
  /** With all that is below it. */
  delete(path: string): void;
}
