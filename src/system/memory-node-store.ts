import type { FileNode, NodeStore } from "./node-store.ts";

/** An empty tree of files, nothing in it but "/". */
export function createMemoryNodeStore(): NodeStore {
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
