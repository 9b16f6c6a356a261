/** What to put on a FAT disc. */
export interface BuildVfatOptions {
  /** In the root directory, and in the boot sector unless `bootLabel` says otherwise; default "cidata". "" leaves it out of the root directory. */
  readonly label?: string;
  readonly bootLabel?: string;
  /** Path ("openstack/latest/user_data") → content. A path that ends in "/" is an empty directory. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** Default 12. */
  readonly fatBits?: 12 | 16 | 32;
  /** Default 512. */
  readonly sectorBytes?: number;
  /** Default 1. */
  readonly sectorsPerCluster?: number;
  /** More than what the files need; FAT16 gets as many as it must have at least. */
  readonly spareClusters?: number;
  /** Every second cluster only, so that no file lies in one piece. */
  readonly isFragmented?: boolean;
  /** Where a lower case name fits 8.3: bits in its entry, as Windows NT does it, in place of a long name. */
  readonly usesCaseFlags?: boolean;
}

/**
 * Makes a FAT image in memory, without any tool: for tests of whatever reads discs. Written from
 * the FAT32 File System Specification; the same input gives the same bytes.
 */
export function buildVfat(options: BuildVfatOptions): Uint8Array {
  const geometry = createGeometry(options);
  const root: DirectoryNode = { kind: "directory", name: "", children: [], clusters: [] };
  for (const [path, content] of Object.entries(options.files)) {
    addPath(root, path, typeof content === "string" ? Buffer.from(content) : content);
  }
  const table: number[] = [0, 0];
  if (geometry.fatBits === 32) {
    allocateDirectory(root, table, geometry, (options.label ?? DEFAULT_LABEL) !== "", true);
  }
  for (const node of descendants(root)) {
    if (node.kind === "file") {
      node.clusters = allocate(
        table,
        geometry,
        Math.ceil(node.content.length / geometry.clusterBytes),
      );
    } else {
      allocateDirectory(node, table, geometry, false, false);
    }
  }
  return writeImage(options, geometry, root, table);
}

const DEFAULT_LABEL = "cidata";
const ENTRY = 32;
const ROOT_ENTRIES = 512;
/** Fewer would be FAT12. */
const FAT16_CLUSTERS_MIN = 4085;
const FAT32_RESERVED = 32;
/** 2026-01-02 03:04:05 as an entry has it. */
const TIME = (3 << 11) | (4 << 5) | 2;
const DATE = (46 << 9) | (1 << 5) | 2;

interface Geometry {
  readonly fatBits: 12 | 16 | 32;
  readonly sectorBytes: number;
  readonly clusterBytes: number;
  readonly isFragmented: boolean;
  readonly usesCaseFlags: boolean;
}

interface FileNode {
  readonly kind: "file";
  readonly name: string;
  readonly content: Uint8Array;
  clusters: readonly number[];
}

interface DirectoryNode {
  readonly kind: "directory";
  readonly name: string;
  readonly children: (FileNode | DirectoryNode)[];
  clusters: readonly number[];
}

function createGeometry(options: BuildVfatOptions): Geometry {
  const sectorBytes = options.sectorBytes ?? 512;
  return {
    fatBits: options.fatBits ?? 12,
    sectorBytes,
    clusterBytes: sectorBytes * (options.sectorsPerCluster ?? 1),
    isFragmented: options.isFragmented === true,
    usesCaseFlags: options.usesCaseFlags === true,
  };
}

function addPath(root: DirectoryNode, path: string, content: Uint8Array): void {
  const names = path.split("/");
  const last = names.pop() ?? "";
  let directory = root;
  for (const name of names) {
    let next = directory.children.find((child) => child.name === name);
    if (next === undefined) {
      next = { kind: "directory", name, children: [], clusters: [] };
      directory.children.push(next);
    }
    if (next.kind !== "directory") {
      throw new Error(`"${path}" is below a file`);
    }
    directory = next;
  }
  if (last !== "") {
    directory.children.push({ kind: "file", name: last, content, clusters: [] });
  }
}

function* descendants(directory: DirectoryNode): Generator<FileNode | DirectoryNode> {
  for (const child of directory.children) {
    yield child;
    if (child.kind === "directory") {
      yield* descendants(child);
    }
  }
}

/** `table[n]` is what comes after cluster n; -1 ends a chain. */
function allocate(table: number[], geometry: Geometry, count: number): readonly number[] {
  const clusters: number[] = [];
  for (let index = 0; index < count; index += 1) {
    if (geometry.isFragmented) {
      table.push(0);
    }
    clusters.push(table.length);
    table.push(-1);
  }
  for (const [index, cluster] of clusters.entries()) {
    table[cluster] = clusters[index + 1] ?? -1;
  }
  return clusters;
}

function allocateDirectory(
  node: DirectoryNode,
  table: number[],
  geometry: Geometry,
  hasLabel: boolean,
  isRoot: boolean,
): void {
  const own = (isRoot ? 0 : 2) + (hasLabel ? 1 : 0);
  const entries = node.children.reduce(
    (sum, { name }) => sum + 1 + longNameParts(name, geometry).length,
    own,
  );
  const bytes = Math.max(1, entries) * ENTRY;
  node.clusters = allocate(table, geometry, Math.ceil(bytes / geometry.clusterBytes));
}

function writeImage(
  options: BuildVfatOptions,
  geometry: Geometry,
  root: DirectoryNode,
  table: readonly number[],
): Uint8Array {
  const { fatBits, sectorBytes, clusterBytes } = geometry;
  const clustersMin = fatBits === 16 ? FAT16_CLUSTERS_MIN : 1;
  const clusters = Math.max(clustersMin, table.length - 2 + (options.spareClusters ?? 4));
  const fatSectors = Math.ceil(((clusters + 2) * fatBits) / 8 / sectorBytes);
  const reserved = fatBits === 32 ? FAT32_RESERVED : 1;
  const rootBytes = fatBits === 32 ? 0 : ROOT_ENTRIES * ENTRY;
  const rootOffset = (reserved + 2 * fatSectors) * sectorBytes;
  const dataOffset = rootOffset + rootBytes;
  const image = new Uint8Array(dataOffset + clusters * clusterBytes);
  const totalSectors = image.length / sectorBytes;
  image.set(bootSector(options, geometry, { reserved, fatSectors, totalSectors, root }), 0);
  for (const copy of [0, 1]) {
    image.set(fatBytes(table, fatBits), (reserved + copy * fatSectors) * sectorBytes);
  }
  const place = (numbers: readonly number[], bytes: Uint8Array): void => {
    for (const [index, cluster] of numbers.entries()) {
      const part = bytes.subarray(index * clusterBytes, (index + 1) * clusterBytes);
      image.set(part, dataOffset + (cluster - 2) * clusterBytes);
    }
  };
  const label = options.label ?? DEFAULT_LABEL;
  const rootEntries = directoryBytes(root, undefined, geometry, label);
  if (fatBits === 32) {
    place(root.clusters, rootEntries);
  } else {
    image.set(rootEntries, rootOffset);
  }
  const placeBelow = (directory: DirectoryNode): void => {
    for (const child of directory.children) {
      if (child.kind === "file") {
        place(child.clusters, child.content);
      } else {
        place(child.clusters, directoryBytes(child, directory, geometry, ""));
        placeBelow(child);
      }
    }
  };
  placeBelow(root);
  return image;
}

function bootSector(
  options: BuildVfatOptions,
  geometry: Geometry,
  at: {
    readonly reserved: number;
    readonly fatSectors: number;
    readonly totalSectors: number;
    readonly root: DirectoryNode;
  },
): Uint8Array {
  const { fatBits, sectorBytes, clusterBytes } = geometry;
  const bytes = new Uint8Array(512);
  const view = new DataView(bytes.buffer);
  bytes.set([0xeb, 0x3c, 0x90]);
  bytes.set(Buffer.from("BUILDFAT"), 3);
  view.setUint16(11, sectorBytes, true);
  view.setUint8(13, clusterBytes / sectorBytes);
  view.setUint16(14, at.reserved, true);
  view.setUint8(16, 2);
  view.setUint16(17, fatBits === 32 ? 0 : ROOT_ENTRIES, true);
  const isSmall = fatBits !== 32 && at.totalSectors < 0x1_0000;
  view.setUint16(19, isSmall ? at.totalSectors : 0, true);
  view.setUint8(21, 0xf8);
  view.setUint16(22, fatBits === 32 ? 0 : at.fatSectors, true);
  view.setUint32(32, isSmall ? 0 : at.totalSectors, true);
  const extended = fatBits === 32 ? 64 : 36;
  if (fatBits === 32) {
    view.setUint32(36, at.fatSectors, true);
    view.setUint32(44, at.root.clusters[0] ?? 0, true);
  }
  view.setUint8(extended, 0x80);
  view.setUint8(extended + 2, 0x29);
  view.setUint32(extended + 3, 0x2026_0102, true);
  const label = options.bootLabel ?? options.label ?? DEFAULT_LABEL;
  bytes.set(padded(label === "" ? "NO NAME" : label, 11), extended + 7);
  bytes.set(padded(`FAT${fatBits}`, 8), extended + 18);
  view.setUint16(510, 0x55aa, false);
  return bytes;
}

function fatBytes(table: readonly number[], fatBits: 12 | 16 | 32): Uint8Array {
  const all = [...table];
  all[0] = -8;
  all[1] = -1;
  const bytes = new Uint8Array(Math.ceil((all.length * fatBits) / 8) + 4);
  const view = new DataView(bytes.buffer);
  for (const [index, next] of all.entries()) {
    switch (fatBits) {
      case 12: {
        const offset = index + Math.floor(index / 2);
        const value = next & 0xfff;
        const old = view.getUint16(offset, true);
        view.setUint16(
          offset,
          index % 2 === 0 ? (old & 0xf000) | value : (old & 0x000f) | (value << 4),
          true,
        );
        break;
      }
      case 16:
        view.setUint16(index * 2, next & 0xffff, true);
        break;
      case 32:
        view.setUint32(index * 4, (next & 0x0fff_ffff) >>> 0, true);
        break;
    }
  }
  return bytes;
}

function directoryBytes(
  node: DirectoryNode,
  parent: DirectoryNode | undefined,
  geometry: Geometry,
  label: string,
): Uint8Array {
  const entries: Uint8Array[] = [];
  if (label !== "") {
    entries.push(shortEntry(padded(label, 11), 0x08, 0, 0, 0));
  }
  if (parent !== undefined) {
    const above = parent.name === "" ? 0 : (parent.clusters[0] ?? 0);
    entries.push(shortEntry(padded(".", 11), 0x10, node.clusters[0] ?? 0, 0, 0));
    entries.push(shortEntry(padded("..", 11), 0x10, above, 0, 0));
  }
  for (const [index, child] of node.children.entries()) {
    const { raw, flags } = shortNameOf(child.name, index, geometry);
    entries.push(...longNameEntries(child.name, raw, geometry));
    const isFile = child.kind === "file";
    const size = isFile ? child.content.length : 0;
    entries.push(shortEntry(raw, isFile ? 0x20 : 0x10, child.clusters[0] ?? 0, size, flags));
  }
  return Buffer.concat(entries);
}

function shortEntry(
  name: Uint8Array,
  attributes: number,
  cluster: number,
  sizeBytes: number,
  flags: number,
): Uint8Array {
  const bytes = new Uint8Array(ENTRY);
  const view = new DataView(bytes.buffer);
  bytes.set(name);
  view.setUint8(11, attributes);
  view.setUint8(12, flags);
  view.setUint16(20, cluster >>> 16, true);
  view.setUint16(22, TIME, true);
  view.setUint16(24, DATE, true);
  view.setUint16(26, cluster & 0xffff, true);
  view.setUint32(28, sizeBytes, true);
  return bytes;
}

/** The 11 bytes of the 8.3 name, and the case bits where they are used. */
function shortNameOf(
  name: string,
  index: number,
  geometry: Geometry,
): { readonly raw: Uint8Array; readonly flags: number } {
  const [base = "", extension = ""] = name.split(".");
  if (fitsShortName(name)) {
    const isLower = geometry.usesCaseFlags && name !== name.toUpperCase();
    return { raw: rawName(base, extension), flags: isLower ? 0x18 : 0 };
  }
  const clean = base.toUpperCase().replaceAll(/[^A-Z0-9_-]/gu, "_");
  const tail = `~${index + 1}`;
  const stem = `${clean.slice(0, 8 - tail.length)}${tail}`;
  return { raw: rawName(stem, extension.replaceAll(/[^A-Za-z0-9_]/gu, "_")), flags: 0 };
}

function rawName(base: string, extension: string): Uint8Array {
  return Buffer.concat([
    padded(base.toUpperCase(), 8),
    padded(extension.slice(0, 3).toUpperCase(), 3),
  ]);
}

function fitsShortName(name: string): boolean {
  return /^[A-Za-z0-9_~-]{1,8}(?:\.[A-Za-z0-9_~-]{1,3})?$/u.test(name);
}

/** None where the 8.3 name says all. */
function longNameParts(name: string, geometry: Geometry): readonly string[] {
  const isUpper = name === name.toUpperCase();
  const isLower = name === name.toLowerCase();
  if (fitsShortName(name) && (isUpper || (isLower && geometry.usesCaseFlags))) {
    return [];
  }
  return name.match(/[^]{1,13}/gu) ?? [];
}

function longNameEntries(name: string, raw: Uint8Array, geometry: Geometry): readonly Uint8Array[] {
  let sum = 0;
  for (const byte of raw) {
    sum = (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff;
  }
  const parts = longNameParts(name, geometry);
  const entries = parts.map((part, index) => {
    const bytes = new Uint8Array(ENTRY);
    const view = new DataView(bytes.buffer);
    view.setUint8(0, index + 1 === parts.length ? (index + 1) | 0x40 : index + 1);
    view.setUint8(11, 0x0f);
    view.setUint8(13, sum);
    const offsets = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];
    for (const [at, offset] of offsets.entries()) {
      const code = at < part.length ? part.charCodeAt(at) : at === part.length ? 0 : 0xffff;
      view.setUint16(offset, code, true);
    }
    return bytes;
  });
  return entries.reverse();
}

function padded(text: string, length: number): Uint8Array {
  return Buffer.from(text.slice(0, length).padEnd(length), "latin1");
}
