import { FileError } from "./file-error.ts";
import type { FileNode, NodeStore } from "./node-store.ts";

const LINK_DEPTH_MAX = 40;

/**
 * The plain path behind `path`: no ".", "..", "//" and no link among its parents. What is missing
 * is taken as it stands. Throws ENOTDIR where a parent is a file and ELOOP for a circle of links.
 *
 * Rules: POSIX.1-2017 §4.13, Pathname Resolution.
 */
export function resolveTreePath(
  store: NodeStore,
  verb: string,
  path: string,
  lastLink: "follow" | "keep",
): string {
  if (!path.startsWith("/") || path.includes("\0")) {
    throw new TypeError(
      `Cannot ${verb} ${JSON.stringify(path)}: expected an absolute path without NUL`,
    );
  }
  const pending = path.split("/").filter(isStep).reverse();
  let current = "/";
  let linkCount = 0;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === "..") {
      current = parentOf(current);
      continue;
    }
    const next = current === "/" ? `/${name}` : `${current}/${name}`;
    const node = store.find(next);
    const isLast = pending.length === 0;
    if (node?.kind === "symlink" && (lastLink === "follow" || !isLast)) {
      linkCount += 1;
      if (linkCount > LINK_DEPTH_MAX) {
        throw new FileError(verb, path, "ELOOP");
      }
      current = node.target.startsWith("/") ? "/" : current;
      pending.push(...node.target.split("/").filter(isStep).reverse());
      continue;
    }
    if (node !== undefined && node.kind !== "directory" && !isLast) {
      throw new FileError(verb, path, "ENOTDIR");
    }
    current = next;
  }
  return current;
}

/** The node at `path`, links followed. Throws ENOENT where there is none. */
export function requireTreeNode(store: NodeStore, verb: string, path: string): FileNode {
  const node = store.find(resolveTreePath(store, verb, path, "follow"));
  if (node === undefined) {
    throw new FileError(verb, path, "ENOENT");
  }
  return node;
}

/** The node at `path`, or undefined; a file among the parents means that nothing is there. */
export function findTreeNode(
  store: NodeStore,
  path: string,
  lastLink: "follow" | "keep",
): FileNode | undefined {
  try {
    return store.find(resolveTreePath(store, "read", path, lastLink));
  } catch (error) {
    if (error instanceof FileError && error.code === "ENOTDIR") {
      return undefined;
    }
    throw error;
  }
}

/** "/a" for "/a/b", "/" for "/a" and for "/". */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}

function isStep(name: string): boolean {
  return name !== "" && name !== ".";
}
