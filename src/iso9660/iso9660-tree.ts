import { createNameIndex, type NameIndex } from "../system/name-index.ts";
import type { FileTree } from "../system/file-tree.ts";
import type { Iso9660Volume } from "./iso9660-volume.ts";
import { foldName } from "./names.ts";
import {
  type DirectoryEntry,
  type Extent,
  extentOf,
  findRelocatedExtent,
  readDirectory,
} from "./read-directory.ts";

/**
 * The files of one volume. A name is looked up as it is, then without regard to case, to a file
 * version (";1") and to a dot at its end, which is how plain discs spell names.
 */
export function createIso9660Tree(volume: Iso9660Volume): FileTree {
  const directories = new Map<number, NameIndex<DirectoryEntry>>();

  function openDirectory(extent: Extent, what: string): NameIndex<DirectoryEntry> {
    const known = directories.get(extent.offsetBytes);
    if (known !== undefined) {
      return known;
    }
    const directory = createNameIndex(readDirectory(volume, extent, what), foldName);
    directories.set(extent.offsetBytes, directory);
    return directory;
  }

  function find(names: readonly string[]): DirectoryEntry["content"] | undefined {
    const root = extentOf(volume, volume.descriptor.root);
    let current: DirectoryEntry["content"] = {
      kind: "directory",
      extent: root,
      isRelocated: false,
    };
    const above = new Set([root.offsetBytes]);
    for (const [depth, name] of names.entries()) {
      if (current.kind !== "directory") {
        return undefined;
      }
      const what = describe(names.slice(0, depth));
      const entry = openDirectory(current.extent, what).find(name);
      if (entry === undefined) {
        return undefined;
      }
      current = entry.content;
      if (current.kind === "directory") {
        const path = describe(names.slice(0, depth + 1));
        const extent: Extent = current.isRelocated
          ? findRelocatedExtent(volume, current.extent, path)
          : current.extent;
        if (above.has(extent.offsetBytes)) {
          throw new Error(`Cannot read ${path}: it contains itself`);
        }
        above.add(extent.offsetBytes);
        current = { kind: "directory", extent, isRelocated: false };
      }
    }
    return current;
  }

  return {
    readBytes(path, maxBytes) {
      const content = find(splitPath(volume, path));
      if (content === undefined || content.kind === "directory") {
        return undefined;
      }
      if (content.kind === "unreadable") {
        throw new Error(`Cannot read "${path}": ${content.reason}`);
      }
      return readFile(volume, content.extents, path, maxBytes);
    },
    list(path) {
      const names = splitPath(volume, path);
      const content = find(names);
      return content?.kind === "directory"
        ? openDirectory(content.extent, describe(names)).names
        : [];
    },
  };
}

function splitPath(volume: Iso9660Volume, path: string): readonly string[] {
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  if (names.length > volume.limits.pathDepthMax) {
    throw new Error(
      `Cannot read a path of ${names.length} names: at most ${volume.limits.pathDepthMax} are followed`,
    );
  }
  return names;
}

function describe(names: readonly string[]): string {
  return names.length === 0 ? "the root directory" : `"${names.join("/")}"`;
}

function readFile(
  volume: Iso9660Volume,
  extents: readonly Extent[],
  path: string,
  maxBytes: number | undefined,
): Uint8Array {
  const total = extents.reduce((sum, extent) => sum + extent.lengthBytes, 0);
  const limit = Math.min(volume.limits.fileBytesMax, maxBytes ?? Number.POSITIVE_INFINITY);
  if (total > limit) {
    throw new Error(`Cannot read "${path}": it has ${total} bytes, at most ${limit} are read`);
  }
  const parts = extents
    // The place of an empty extent means nothing, and may be anywhere.
    .filter((extent) => extent.lengthBytes > 0)
    .map((extent) => volume.reader.read(extent.offsetBytes, extent.lengthBytes, `"${path}"`));
  const [only] = parts;
  if (only !== undefined && parts.length === 1) {
    return only;
  }
  const content = new Uint8Array(total);
  let offset = 0;
  for (const part of parts) {
    content.set(part, offset);
    offset += part.length;
  }
  return content;
}
