import { createNameIndex, type NameIndex } from "../system/name-index.ts";
import type { FileTree } from "../system/file-tree.ts";
import { readClusterChain } from "./cluster-chain.ts";
import { type DirectoryEntry, type DirectoryPlace, readDirectory } from "./read-directory.ts";
import type { VfatVolume } from "./vfat-volume.ts";

/** The files of one volume. A name is looked up as it is, then without regard to case. */
export function createVfatTree(volume: VfatVolume): FileTree {
  const directories = new Map<number, NameIndex<DirectoryEntry>>();

  function openDirectory(place: DirectoryPlace, what: string): NameIndex<DirectoryEntry> {
    const key = place.kind === "root" ? ROOT_KEY : place.cluster;
    const known = directories.get(key);
    if (known !== undefined) {
      return known;
    }
    const directory = createNameIndex(readDirectory(volume, place, what).entries, (name) =>
      name.toLowerCase(),
    );
    directories.set(key, directory);
    return directory;
  }

  function find(names: readonly string[]): Found | undefined {
    let current: Found = { kind: "directory", place: { kind: "root" } };
    const { root } = volume.boot;
    const above = new Set(root.kind === "cluster" ? [root.cluster] : []);
    for (const [depth, name] of names.entries()) {
      if (current.kind !== "directory") {
        return undefined;
      }
      const what = describe(names.slice(0, depth));
      const entry = openDirectory(current.place, what).find(name);
      if (entry === undefined) {
        return undefined;
      }
      if (entry.kind === "file") {
        current = { kind: "file", entry };
        continue;
      }
      if (above.has(entry.firstCluster)) {
        throw new Error(`Cannot read ${describe(names.slice(0, depth + 1))}: it contains itself`);
      }
      above.add(entry.firstCluster);
      current = { kind: "directory", place: { kind: "cluster", cluster: entry.firstCluster } };
    }
    return current;
  }

  return {
    readBytes(path, maxBytes) {
      const found = find(splitPath(volume, path));
      return found?.kind === "file" ? readFile(volume, found.entry, path, maxBytes) : undefined;
    },
    list(path) {
      const names = splitPath(volume, path);
      const found = find(names);
      return found?.kind === "directory" ? openDirectory(found.place, describe(names)).names : [];
    },
  };
}

/** No cluster has this number. */
const ROOT_KEY = -1;

type Found =
  | { readonly kind: "file"; readonly entry: DirectoryEntry }
  | { readonly kind: "directory"; readonly place: DirectoryPlace };

function splitPath({ limits }: VfatVolume, path: string): readonly string[] {
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  if (names.length > limits.pathDepthMax) {
    throw new Error(
      `Cannot read a path of ${names.length} names: at most ${limits.pathDepthMax} are followed`,
    );
  }
  return names;
}

function describe(names: readonly string[]): string {
  return names.length === 0 ? "the root directory" : `"${names.join("/")}"`;
}

function readFile(
  volume: VfatVolume,
  { firstCluster, sizeBytes }: DirectoryEntry,
  path: string,
  maxBytes: number | undefined,
): Uint8Array {
  const limit = Math.min(volume.limits.fileBytesMax, maxBytes ?? Number.POSITIVE_INFINITY);
  if (sizeBytes > limit) {
    throw new Error(`Cannot read "${path}": it has ${sizeBytes} bytes, at most ${limit} are read`);
  }
  if (sizeBytes === 0) {
    return new Uint8Array();
  }
  const what = `"${path}"`;
  const runs = readClusterChain(volume, firstCluster, { bytesMax: sizeBytes, what });
  const there = runs.reduce((sum, run) => sum + run.lengthBytes, 0);
  if (there < sizeBytes) {
    throw new Error(
      `Cannot read ${what}: it has ${sizeBytes} bytes, but its chain of clusters ends after ${there}`,
    );
  }
  const parts: Uint8Array[] = [];
  let left = sizeBytes;
  for (const run of runs) {
    const lengthBytes = Math.min(left, run.lengthBytes);
    parts.push(volume.reader.read(run.offsetBytes, lengthBytes, what));
    left -= lengthBytes;
  }
  return join(parts, sizeBytes);
}

function join(parts: readonly Uint8Array[], totalBytes: number): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) {
    return only;
  }
  const content = new Uint8Array(totalBytes);
  let offset = 0;
  for (const part of parts) {
    content.set(part, offset);
    offset += part.length;
  }
  return content;
}
