import type { FileNode, NodeStore } from "./node-store.ts";
import type { FileSystem } from "./system.ts";
import { createTreeFileSystem } from "./tree-file-system.ts";

/** Settings of a file system in memory. */
export interface MemoryFileSystemOptions {
  /** Time of modification of what is written. Default: always 0. */
  readonly nowMs?: () => number;
  /** Device files and what is read from them, e.g. "/dev/cd0": an ISO image. */
  readonly devices?: Readonly<Record<string, Uint8Array>>;
}

/**
 * A file system in memory, with `files` (absolute path → content, mode 0644) in it and nothing
 * else. Owner names must be in its `/etc/passwd` and `/etc/group` where those exist; where they do
 * not, any name is taken.
 */
export function createMemoryFileSystem(
  files: Readonly<Record<string, string | Uint8Array>> = {},
  options: MemoryFileSystemOptions = {},
): FileSystem {
  const nowMs = options.nowMs ?? ((): number => 0);
  const store = createMemoryStore();
  const fs = createTreeFileSystem(store, { nowMs, unknownOwner: "throw" });
  for (const [path, content] of Object.entries(files)) {
    fs.write(path, content);
  }
  for (const [path, bytes] of Object.entries(options.devices ?? {})) {
    fs.write(path, "");
    store.set(path, {
      kind: "device",
      sizeBytes: 0,
      content: () => bytes,
      mode: 0o660,
      uid: 0,
      gid: 0,
      modifiedMs: nowMs(),
    });
  }
  return fs;
}

function createMemoryStore(): NodeStore {
  const nodes = new Map<string, FileNode>();
  const namesByDirectory = new Map<string, Set<string>>();

  function remember(path: string, node: FileNode): void {
    nodes.set(path, node);
    if (node.kind === "directory" && !namesByDirectory.has(path)) {
      namesByDirectory.set(path, new Set());
    }
  }

  function forget(path: string): void {
    for (const name of namesByDirectory.get(path) ?? []) {
      forget(`${path}/${name}`);
    }
    namesByDirectory.delete(path);
    nodes.delete(path);
  }

  remember("/", { kind: "directory", mode: 0o755, uid: 0, gid: 0, modifiedMs: 0 });
  return {
    find: (path) => nodes.get(path),
    names: (path) => [...(namesByDirectory.get(path) ?? [])],
    set(path, node) {
      remember(path, node);
      const { directory, name } = splitPath(path);
      namesByDirectory.get(directory)?.add(name);
    },
    delete(path) {
      forget(path);
      const { directory, name } = splitPath(path);
      namesByDirectory.get(directory)?.delete(name);
    },
  };
}

function splitPath(path: string): { readonly directory: string; readonly name: string } {
  const slash = path.lastIndexOf("/");
  return { directory: path.slice(0, Math.max(1, slash)), name: path.slice(slash + 1) };
}
