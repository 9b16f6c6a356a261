import type { FileNode, NodeStore } from "./node-store.ts";
import type { FileSystem } from "./system.ts";
import { createTreeFileSystem } from "./tree-file-system.ts";
import { parentOf } from "./tree-path.ts";

/**
 * A file system over another: what is written stays on top, in memory; what is not there is read
 * from `base`, which is never changed. Any owner name is taken, since a plan makes no users.
 */
export function createOverlayFileSystem(
  base: FileSystem,
  options: { readonly nowMs?: () => number } = {},
): FileSystem {
  return createTreeFileSystem(createOverlayStore(base), {
    nowMs: options.nowMs ?? ((): number => 0),
    unknownOwner: "accept",
  });
}

function createOverlayStore(base: FileSystem): NodeStore {
  const upper = new Map<string, FileNode>();
  const upperNames = new Map<string, Set<string>>();
  /** Removed paths: nothing of `base` at or below them is seen any more. */
  const removed = new Set<string>();

  function isHidden(path: string): boolean {
    if (removed.size === 0) {
      return false;
    }
    for (let part = path; part !== "/"; part = parentOf(part)) {
      if (removed.has(part)) {
        return true;
      }
    }
    return false;
  }

  function find(path: string): FileNode | undefined {
    return upper.get(path) ?? (isHidden(path) ? undefined : readNode(base, path));
  }

  function lowerNames(path: string): readonly string[] {
    return isHidden(path) || base.stat(path)?.kind !== "directory" ? [] : base.list(path);
  }

  function forget(path: string): void {
    for (const name of upperNames.get(path) ?? []) {
      forget(childOf(path, name));
    }
    upperNames.delete(path);
    upper.delete(path);
  }

  return {
    find,
    names(path) {
      const names = new Set(lowerNames(path).filter((name) => !removed.has(childOf(path, name))));
      for (const name of upperNames.get(path) ?? []) {
        names.add(name);
      }
      return [...names];
    },
    set(path, node) {
      upper.set(path, node);
      const parent = parentOf(path);
      const names = upperNames.get(parent) ?? new Set();
      upperNames.set(parent, names.add(path.slice(path.lastIndexOf("/") + 1)));
    },
    delete(path) {
      forget(path);
      upperNames.get(parentOf(path))?.delete(path.slice(path.lastIndexOf("/") + 1));
      removed.add(path);
    },
  };
}

function childOf(directory: string, name: string): string {
  return directory === "/" ? `/${name}` : `${directory}/${name}`;
}

function readNode(base: FileSystem, path: string): FileNode | undefined {
  const stat = base.stat(path);
  if (stat === undefined) {
    return undefined;
  }
  const { kind, sizeBytes, ...attributes } = stat;
  switch (kind) {
    case "directory":
      return { kind, ...attributes };
    case "symlink":
      return { kind, target: base.readLink(path) ?? "", ...attributes };
    case "file":
    case "device":
    case "other":
      return {
        kind,
        sizeBytes,
        ...attributes,
        content: () => base.readBytes(path),
        open: () => base.open(path),
      };
  }
}
