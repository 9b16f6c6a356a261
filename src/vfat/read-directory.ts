import { readClusterChain } from "./cluster-chain.ts";
import { createLongNameCollector, type LongNameCollector } from "./long-name.ts";
import { decodeShortName, readShortName } from "./short-name.ts";
import type { Run, VfatVolume } from "./vfat-volume.ts";

/** One entry of a directory, under the name that it is shown with. */
export interface DirectoryEntry {
  readonly name: string;
  readonly kind: "file" | "directory";
  /** 0 for a file without content. */
  readonly firstCluster: number;
  /** Of a file. */
  readonly sizeBytes: number;
}

/** Where a directory is: the root of FAT12 and FAT16 has a place of its own. */
export type DirectoryPlace =
  | { readonly kind: "root" }
  | { readonly kind: "cluster"; readonly cluster: number };

/** What a directory holds. The label of the volume stands in the root. */
export interface DirectoryContent {
  readonly entries: readonly DirectoryEntry[];
  readonly label?: string;
}

/**
 * Reads a directory (FAT specification, "FAT Directory Structure"). Left out are ".", "..", what was
 * deleted, and names that no file can have. `what` is for messages.
 */
export function readDirectory(
  volume: VfatVolume,
  place: DirectoryPlace,
  what: string,
): DirectoryContent {
  const entries: DirectoryEntry[] = [];
  const names = createLongNameCollector();
  let label: string | undefined;
  for (const run of directoryRuns(volume, place, what)) {
    const bytes = volume.reader.read(run.offsetBytes, run.lengthBytes, what);
    for (let at = 0; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
      const entry = bytes.subarray(at, at + ENTRY_BYTES);
      if (entry[0] === END_OF_DIRECTORY) {
        return withLabel(entries, label);
      }
      countEntry(volume, what);
      const parsed = parseEntry(volume, entry, names);
      if (parsed?.kind === "label") {
        label ??= parsed.label;
      } else if (parsed !== undefined) {
        entries.push(parsed);
      }
    }
  }
  return withLabel(entries, label);
}

const ENTRY_BYTES = 32;
const END_OF_DIRECTORY = 0x00;
const DELETED = 0xe5;
/** Attribute bits of byte 11; a part of a long name has the lower four. */
const ATTRIBUTE_LABEL = 0x08;
const ATTRIBUTE_DIRECTORY = 0x10;
const ATTRIBUTES_LONG_NAME = 0x0f;
const ATTRIBUTES_MASK = 0x3f;

function withLabel(
  entries: readonly DirectoryEntry[],
  label: string | undefined,
): DirectoryContent {
  return label === undefined ? { entries } : { entries, label };
}

function directoryRuns(volume: VfatVolume, place: DirectoryPlace, what: string): readonly Run[] {
  const { root } = volume.boot;
  if (place.kind === "root" && root.kind === "region") {
    return [root];
  }
  const cluster =
    place.kind === "cluster" ? place.cluster : root.kind === "cluster" ? root.cluster : 0;
  const { directoryBytesMax } = volume.limits;
  const runs = readClusterChain(volume, cluster, { bytesMax: directoryBytesMax + 1, what });
  const total = runs.reduce((sum, run) => sum + run.lengthBytes, 0);
  if (total > directoryBytesMax) {
    throw new Error(`Cannot read ${what}: it has more than ${directoryBytesMax} bytes`);
  }
  return runs;
}

function countEntry({ used, limits }: VfatVolume, what: string): void {
  used.entries += 1;
  if (used.entries > limits.entryCountMax) {
    throw new Error(
      `Cannot read ${what}: the directories of the disc have more than ${limits.entryCountMax} entries`,
    );
  }
}

function parseEntry(
  volume: VfatVolume,
  entry: Uint8Array,
  names: LongNameCollector,
): DirectoryEntry | { readonly kind: "label"; readonly label: string } | undefined {
  const attributes = (entry[11] ?? 0) & ATTRIBUTES_MASK;
  if (entry[0] === DELETED) {
    names.drop();
    return undefined;
  }
  if (attributes === ATTRIBUTES_LONG_NAME) {
    names.add(entry);
    return undefined;
  }
  if ((attributes & ATTRIBUTE_LABEL) !== 0) {
    names.drop();
    const isLabel = (attributes & ATTRIBUTE_DIRECTORY) === 0;
    return isLabel ? { kind: "label", label: decodeLabel(entry) } : undefined;
  }
  const long = names.take(entry);
  const name = long !== undefined && isEntryName(long) ? long : readShortName(entry);
  if (!isEntryName(name)) {
    return undefined;
  }
  const view = new DataView(entry.buffer, entry.byteOffset, entry.byteLength);
  // FAT12 and FAT16 keep other things in the upper half.
  const high = volume.boot.fatBits === 32 ? view.getUint16(20, true) : 0;
  return {
    name,
    kind: (attributes & ATTRIBUTE_DIRECTORY) === 0 ? "file" : "directory",
    firstCluster: high * 0x1_0000 + view.getUint16(26, true),
    sizeBytes: view.getUint32(28, true),
  };
}

function decodeLabel(entry: Uint8Array): string {
  return decodeShortName(entry.subarray(0, 11)).trimEnd();
}

/** Whether a name can be that of an entry; no honest disc has another one. */
function isEntryName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\\\0]/u.test(name);
}
