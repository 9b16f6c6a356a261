import { createMemoryNodeStore } from "./memory-node-store.ts";
import type { NodeStore } from "./node-store.ts";
import type { FileSystem } from "./system.ts";
import { createTreeFileSystem } from "./tree-file-system.ts";

/** Settings of a file system in memory. */
export interface MemoryFileSystemOptions {
  /** Time of modification of what is written. Default: always 0. */
  readonly nowMs?: () => number;
  /** Device files and what is read from them, e.g. "/dev/cd0": an ISO image. */
  readonly devices?: Readonly<Record<string, Uint8Array>>;
  /** Where the nodes are kept, for a simulated machine that adds nodes of its own. Default: a new one. */
  readonly store?: NodeStore;
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
  const store = options.store ?? createMemoryNodeStore();
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
