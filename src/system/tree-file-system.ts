import { Buffer } from "node:buffer";
import { FileError } from "./file-error.ts";
import { sortFileNames } from "./file-names.ts";
import type { FileNode, NodeStore } from "./node-store.ts";
import { findOwner } from "./owner.ts";
import type { FileAttributes, FileStat, FileSystem, RandomAccessFile } from "./system.ts";
import { findTreeNode, parentOf, requireTreeNode, resolveTreePath } from "./tree-path.ts";

/** Settings of a tree. */
export interface TreeFileSystemOptions {
  /** Time of modification of what is written. */
  readonly nowMs: () => number;
  /**
   * An owner's name that is not in the tree's own `/etc/passwd` or `/etc/group`: "throw" where that
   * file is there, or "accept" always, for a user whom a plan did not make.
   */
  readonly unknownOwner: "throw" | "accept";
}

const FILE_MODE_DEFAULT = 0o644;
const DIRECTORY_MODE_DEFAULT = 0o755;
const LINK_MODE = 0o777;
/** Stands for an owner who is known by name only. */
const UNKNOWN_ID = 4_294_967_294;

/** The rules of a POSIX file system over any store of nodes: paths, links, parents, attributes. */
export function createTreeFileSystem(store: NodeStore, options: TreeFileSystemOptions): FileSystem {
  const tree = { ...options, store, partsByNode: new WeakMap<FileNode, Uint8Array[]>() };
  return { ...createReads(store), ...createFileWrites(tree), ...createTreeWrites(tree) };
}

interface Tree extends TreeFileSystemOptions {
  readonly store: NodeStore;
  /** Pieces of files that were appended to, joined only when read: a log grows by many lines. */
  readonly partsByNode: WeakMap<FileNode, Uint8Array[]>;
}

type Reads = Pick<
  FileSystem,
  "readBytes" | "readBytesIfExists" | "stat" | "readLink" | "list" | "open"
>;

function createReads(store: NodeStore): Reads {
  return {
    readBytes: (path) => readContent(store, "read", path),
    readBytesIfExists(path) {
      return findTreeNode(store, path, "follow") === undefined
        ? undefined
        : readContent(store, "read", path);
    },
    stat(path) {
      const node = findTreeNode(store, path, "keep");
      return node === undefined ? undefined : statOf(node);
    },
    readLink(path) {
      const node = findTreeNode(store, path, "keep");
      return node?.kind === "symlink" ? node.target : undefined;
    },
    list(path) {
      const place = resolveTreePath(store, "list", path, "follow");
      if (requireTreeNode(store, "list", path).kind !== "directory") {
        throw new FileError("list", path, "ENOTDIR");
      }
      return sortFileNames(store.names(place));
    },
    open(path) {
      const node = requireTreeNode(store, "open", path);
      if (node.kind === "directory" || node.kind === "symlink") {
        throw new FileError("open", path, "EISDIR");
      }
      return node.open === undefined
        ? openBytes(path, node.content(), node.kind === "device")
        : node.open();
    },
  };
}

function createFileWrites(tree: Tree): Pick<FileSystem, "write" | "append" | "setAttributes"> {
  const { store, partsByNode } = tree;

  function put(
    verb: string,
    path: string,
    content: { readonly parts: Uint8Array[]; readonly sizeBytes: number },
    attributes: FileAttributes,
  ): void {
    const { parts, sizeBytes } = content;
    const place = resolveTreePath(store, verb, path, "follow");
    const old = store.find(place);
    makeParents(tree, verb, place);
    const node: FileNode = {
      kind: "file",
      sizeBytes,
      content: () => joinParts(parts),
      mode: attributes.mode ?? old?.mode ?? FILE_MODE_DEFAULT,
      uid: old?.uid ?? 0,
      gid: old?.gid ?? 0,
      ...idsOf(tree, attributes.owner),
      modifiedMs: tree.nowMs(),
    };
    partsByNode.set(node, parts);
    store.set(place, node);
  }

  return {
    write(path, content, attributes = {}) {
      if (findFileToWrite(store, "write", path) !== undefined && attributes.exclusive === true) {
        throw new FileError("write", path, "EEXIST");
      }
      const bytes = toBytes(content);
      put("write", path, { parts: [bytes], sizeBytes: bytes.length }, attributes);
    },
    append(path, content, attributes = {}) {
      const verb = "append to";
      const bytes = toBytes(content);
      const old = findFileToWrite(store, verb, path);
      if (old === undefined) {
        put(verb, path, { parts: [bytes], sizeBytes: bytes.length }, attributes);
        return;
      }
      const parts = partsByNode.get(old) ?? [readContent(store, verb, path)];
      parts.push(bytes);
      put(verb, path, { parts, sizeBytes: statOf(old).sizeBytes + bytes.length }, {});
    },
    setAttributes(path, attributes) {
      const verb = "set mode and owner of";
      const node = requireTreeNode(store, verb, path);
      const changed: FileNode = {
        ...node,
        ...(attributes.mode === undefined ? {} : { mode: attributes.mode }),
        ...idsOf(tree, attributes.owner),
      };
      store.set(resolveTreePath(store, verb, path, "follow"), changed);
    },
  };
}

function createTreeWrites(
  tree: Tree,
): Pick<FileSystem, "makeDirectory" | "symlink" | "remove" | "flush"> {
  const { store } = tree;
  return {
    makeDirectory(path, attributes = {}) {
      const verb = "make directory";
      const place = resolveTreePath(store, verb, path, "follow");
      const old = store.find(place);
      if (old?.kind === "directory") {
        return;
      }
      if (old !== undefined) {
        throw new FileError(verb, path, "EEXIST");
      }
      const mode = attributes.mode ?? DIRECTORY_MODE_DEFAULT;
      const ids = { uid: 0, gid: 0, ...idsOf(tree, attributes.owner) };
      makeParents(tree, verb, place);
      store.set(place, { kind: "directory", mode, ...ids, modifiedMs: tree.nowMs() });
    },
    symlink(target, path, options = {}) {
      const place = resolveTreePath(store, "link", path, "keep");
      const old = store.find(place);
      const mayReplace = old?.kind === "file" && options.replacesFile === true;
      if (old !== undefined && old.kind !== "symlink" && !mayReplace) {
        throw new FileError("link", path, "EEXIST");
      }
      makeParents(tree, "link", place);
      const modifiedMs = tree.nowMs();
      store.set(place, { kind: "symlink", target, mode: LINK_MODE, uid: 0, gid: 0, modifiedMs });
    },
    remove(path) {
      if (findTreeNode(store, path, "keep") === undefined) {
        return;
      }
      const place = resolveTreePath(store, "remove", path, "keep");
      if (place === "/") {
        throw new FileError("remove", path, "EBUSY");
      }
      store.delete(place);
    },
    flush() {
      // Memory is as durable as it gets.
    },
  };
}

function makeParents(tree: Tree, verb: string, path: string): void {
  const parent = parentOf(path);
  const node = tree.store.find(parent);
  if (node === undefined) {
    makeParents(tree, verb, parent);
    const modifiedMs = tree.nowMs();
    const mode = DIRECTORY_MODE_DEFAULT;
    tree.store.set(parent, { kind: "directory", mode, uid: 0, gid: 0, modifiedMs });
  } else if (node.kind !== "directory") {
    throw new FileError(verb, path, "ENOTDIR");
  }
}

function idsOf(tree: Tree, owner: string | undefined): { uid?: number; gid?: number } {
  if (owner === undefined) {
    return {};
  }
  const read = (path: string): string | undefined =>
    findTreeNode(tree.store, path, "follow") === undefined
      ? undefined
      : Buffer.from(readContent(tree.store, "read", path)).toString("utf8");
  return findOwner(owner, {
    readPasswd: () => read("/etc/passwd"),
    readGroup: () => read("/etc/group"),
    missingFileId: UNKNOWN_ID,
    ...(tree.unknownOwner === "accept" ? { unknownId: UNKNOWN_ID } : {}),
  });
}

function findFileToWrite(store: NodeStore, verb: string, path: string): FileNode | undefined {
  const node = store.find(resolveTreePath(store, verb, path, "follow"));
  if (node?.kind === "directory") {
    throw new FileError(verb, path, "EISDIR");
  }
  return node;
}

function readContent(store: NodeStore, verb: string, path: string): Uint8Array {
  const node = requireTreeNode(store, verb, path);
  if (node.kind === "directory" || node.kind === "symlink") {
    throw new FileError(verb, path, "EISDIR");
  }
  return node.content();
}

/** A fresh copy of the whole; the parts become one, so that the next reader has less to do. */
function joinParts(parts: Uint8Array[]): Uint8Array {
  if (parts.length > 1) {
    parts.splice(0, parts.length, new Uint8Array(Buffer.concat(parts)));
  }
  return (parts[0] ?? new Uint8Array()).slice();
}

function statOf(node: FileNode): FileStat {
  const { kind, mode, uid, gid, modifiedMs } = node;
  const sizeBytes =
    node.kind === "directory"
      ? 0
      : node.kind === "symlink"
        ? Buffer.byteLength(node.target)
        : node.sizeBytes;
  return { kind, sizeBytes, mode, uid, gid, modifiedMs };
}

function openBytes(path: string, bytes: Uint8Array, isDevice: boolean): RandomAccessFile {
  let isOpen = true;
  return {
    sizeBytes: isDevice ? undefined : bytes.length,
    read(offsetBytes, lengthBytes) {
      if (!isOpen) {
        throw new FileError("read", path, "EBADF");
      }
      return bytes.slice(offsetBytes, offsetBytes + lengthBytes);
    },
    close() {
      isOpen = false;
    },
  };
}

function toBytes(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content.slice();
}
