/** What to put on a disc. */
export interface BuildIsoOptions {
  /** Volume label; default "config-2". */
  readonly label?: string;
  /** Path ("openstack/latest/user_data") → content. A path that ends in "/" is an empty directory. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** POSIX names; default true. Without, and without `joliet`, names are upper case with ";1". */
  readonly rockRidge?: boolean;
  /** Names in UCS-2, in a tree of their own; default false. */
  readonly joliet?: boolean;
  /** Logical block size: 512, 1024 or 2048 (default). */
  readonly blockBytes?: number;
  /** Extended attribute record before each file, in blocks; default 0. */
  readonly attributeBlocks?: number;
  /** Files longer than this are cut into several extents; default: never. */
  readonly extentBytesMax?: number;
}

/**
 * Makes an ISO 9660 image in memory, without any tool: for tests of whatever reads discs. Written
 * from ECMA-119 §8 and §9, IEEE P1281/P1282 and the Joliet specification; the same input gives the
 * same bytes.
 */
export function buildIso(options: BuildIsoOptions): Uint8Array {
  const layout = createLayout(options);
  const image = new Uint8Array(layout.totalBlocks * layout.blockBytes);
  const trees = layout.trees;
  const descriptors = trees.map((tree) => volumeDescriptor(tree, layout, options));
  descriptors.push(terminator());
  for (const [index, descriptor] of descriptors.entries()) {
    image.set(descriptor, (FIRST_DESCRIPTOR_SECTOR + index) * SECTOR);
  }
  for (const tree of trees) {
    image.set(pathTable(tree, true), tree.littlePathTable * layout.blockBytes);
    image.set(pathTable(tree, false), tree.bigPathTable * layout.blockBytes);
    for (const directory of tree.directories) {
      image.set(directoryBytes(directory, tree, layout), directory.block * layout.blockBytes);
    }
  }
  for (const file of layout.files) {
    const start = file.block + layout.attributeBlocks;
    image.set(file.content, start * layout.blockBytes);
  }
  return image;
}

const SECTOR = 2048;
const FIRST_DESCRIPTOR_SECTOR = 16;
/** 2026-01-02 03:04:05 UTC as a directory record has it (ECMA-119 §9.1.5). */
const RECORD_TIME = [126, 1, 2, 3, 4, 5, 0];

interface FileNode {
  readonly path: string;
  readonly content: Uint8Array;
  block: number;
}

interface DirectoryNode {
  /** "" for the root. */
  readonly path: string;
  readonly number: number;
  readonly parent: DirectoryNode | undefined;
  readonly children: { readonly name: string; readonly node: FileNode | DirectoryNode }[];
  block: number;
  sizeBytes: number;
}

interface Tree {
  readonly kind: "rock-ridge" | "plain" | "joliet";
  readonly directories: readonly DirectoryNode[];
  littlePathTable: number;
  bigPathTable: number;
}

interface Layout {
  readonly blockBytes: number;
  readonly attributeBlocks: number;
  readonly extentBytesMax: number;
  readonly trees: readonly Tree[];
  readonly files: readonly FileNode[];
  readonly totalBlocks: number;
}

function createLayout(options: BuildIsoOptions): Layout {
  const blockBytes = options.blockBytes ?? SECTOR;
  const files = Object.entries(options.files)
    .filter(([path]) => !path.endsWith("/"))
    .map(([path, content]): FileNode => ({ path, content: toBytes(content), block: 0 }));
  const paths = Object.keys(options.files);
  const mainKind = (options.rockRidge ?? true) ? "rock-ridge" : "plain";
  const trees = [createTree(mainKind, paths, files)];
  if (options.joliet === true) {
    trees.push(createTree("joliet", paths, files));
  }
  const attributeBlocks = options.attributeBlocks ?? 0;
  const extentBytesMax = options.extentBytesMax ?? Number.POSITIVE_INFINITY;
  const shape = { blockBytes, attributeBlocks, extentBytesMax, trees, files, totalBlocks: 0 };
  let block = ((FIRST_DESCRIPTOR_SECTOR + trees.length + 1) * SECTOR) / blockBytes;
  const take = (bytes: number): number => {
    const start = block;
    // Whole sectors, since directories begin on one.
    block += (Math.ceil(bytes / SECTOR) * SECTOR) / blockBytes;
    return start;
  };
  for (const tree of trees) {
    tree.littlePathTable = take(pathTable(tree, true).length);
    tree.bigPathTable = take(pathTable(tree, false).length);
    for (const directory of tree.directories) {
      directory.sizeBytes = directoryBytes(directory, tree, shape).length;
      directory.block = take(directory.sizeBytes);
    }
  }
  for (const file of files) {
    file.block = take(file.content.length + attributeBlocks * blockBytes);
  }
  return { ...shape, totalBlocks: block };
}

function createTree(
  kind: Tree["kind"],
  paths: readonly string[],
  files: readonly FileNode[],
): Tree {
  const directories: DirectoryNode[] = [
    { path: "", number: 1, parent: undefined, children: [], block: 0, sizeBytes: 0 },
  ];
  const byPath = new Map(directories.map((directory) => [directory.path, directory]));
  const filesByPath = new Map(files.map((file) => [file.path, file]));
  const wanted = new Set(paths.flatMap((path) => parentsOf(path)));
  // By depth, then by name: the order of path tables (ECMA-119 §6.9.1).
  for (const path of [...wanted].sort((a, b) => depthOf(a) - depthOf(b) || compare(a, b))) {
    const parent = byPath.get(parentOf(path));
    if (parent === undefined) {
      throw new Error(`Cannot build an image: "${path}" has no parent`);
    }
    const number = directories.length + 1;
    const node = { path, number, parent, children: [], block: 0, sizeBytes: 0 };
    directories.push(node);
    byPath.set(path, node);
    parent.children.push({ name: nameOf(path), node });
  }
  for (const path of paths) {
    const file = filesByPath.get(path);
    if (file !== undefined) {
      byPath.get(parentOf(path))?.children.push({ name: nameOf(path), node: file });
    }
  }
  for (const directory of directories) {
    directory.children.sort((a, b) => compare(a.name, b.name));
  }
  return { kind, directories, littlePathTable: 0, bigPathTable: 0 };
}

function volumeDescriptor(tree: Tree, layout: Layout, options: BuildIsoOptions): Uint8Array {
  const sector = new Uint8Array(SECTOR);
  const [root] = tree.directories;
  if (root === undefined) {
    throw new Error("Cannot build an image: its tree has no root");
  }
  const isJoliet = tree.kind === "joliet";
  const label = options.label ?? "config-2";
  sector[0] = isJoliet ? 2 : 1;
  sector.set(ascii("CD001"), 1);
  sector[6] = 1;
  const text = (value: string, offset: number, length: number): void => {
    const bytes = isJoliet ? ucs2(value) : ascii(value);
    const blanks = isJoliet ? ucs2(" ".repeat(length / 2)) : ascii(" ".repeat(length));
    sector.set(blanks, offset);
    sector.set(bytes.subarray(0, length), offset);
  };
  text("", 8, 32);
  text(label, 40, 32);
  setBoth32(sector, 80, layout.totalBlocks);
  if (isJoliet) {
    sector.set([0x25, 0x2f, 0x45], 88);
  }
  setBoth16(sector, 120, 1);
  setBoth16(sector, 124, 1);
  setBoth16(sector, 128, layout.blockBytes);
  setBoth32(sector, 132, pathTable(tree, true).length);
  const view = new DataView(sector.buffer);
  view.setUint32(140, tree.littlePathTable, true);
  view.setUint32(148, tree.bigPathTable, false);
  sector.set(record(Uint8Array.of(0), root.block, root.sizeBytes, 2, 0, []), 156);
  for (const [offset, length] of [
    [190, 128],
    [318, 128],
    [446, 128],
    [574, 128],
  ] as const) {
    text("", offset, length);
  }
  sector.set(ascii("2026010203040500"), 813);
  sector.set(ascii("2026010203040500"), 830);
  sector.set(ascii("0000000000000000"), 847);
  sector.set(ascii("0000000000000000"), 864);
  sector[881] = 1;
  return sector;
}

function terminator(): Uint8Array {
  const sector = new Uint8Array(SECTOR);
  sector[0] = 255;
  sector.set(ascii("CD001"), 1);
  sector[6] = 1;
  return sector;
}

/** ECMA-119 §9.4. */
function pathTable(tree: Tree, isLittleEndian: boolean): Uint8Array {
  const bytes: number[] = [];
  for (const directory of tree.directories) {
    const identifier =
      directory.parent === undefined
        ? Uint8Array.of(0)
        : identifierOf(nameOf(directory.path), true, tree.kind);
    const head = new DataView(new ArrayBuffer(8));
    head.setUint8(0, identifier.length);
    head.setUint32(2, directory.block, isLittleEndian);
    head.setUint16(6, directory.parent?.number ?? 1, isLittleEndian);
    bytes.push(...new Uint8Array(head.buffer), ...identifier);
    if (identifier.length % 2 === 1) {
      bytes.push(0);
    }
  }
  return Uint8Array.from(bytes);
}

/** ECMA-119 §6.8.1: records do not cross a sector's end. */
function directoryBytes(
  directory: DirectoryNode,
  tree: Tree,
  layout: Omit<Layout, "totalBlocks">,
): Uint8Array {
  const isRockRidge = tree.kind === "rock-ridge";
  const parent = directory.parent ?? directory;
  const dotUse = isRockRidge ? [...(directory.parent === undefined ? [SP, ER] : []), px(true)] : [];
  const dotDotUse = isRockRidge ? [px(true)] : [];
  const records = [
    record(Uint8Array.of(0), directory.block, directory.sizeBytes, 2, 0, dotUse),
    record(Uint8Array.of(1), parent.block, parent.sizeBytes, 2, 0, dotDotUse),
    ...directory.children.flatMap(({ name, node }) => childRecords(name, node, tree, layout)),
  ];
  const bytes: number[] = [];
  for (const entry of records) {
    const left = SECTOR - (bytes.length % SECTOR);
    if (entry.length > left) {
      bytes.push(...new Uint8Array(left));
    }
    bytes.push(...entry);
  }
  const padding = (SECTOR - (bytes.length % SECTOR)) % SECTOR;
  return Uint8Array.from([...bytes, ...new Uint8Array(padding)]);
}

function childRecords(
  name: string,
  node: FileNode | DirectoryNode,
  tree: Tree,
  layout: Omit<Layout, "totalBlocks">,
): readonly Uint8Array[] {
  const isDirectory = !("content" in node);
  const use = tree.kind === "rock-ridge" ? [nm(name), px(isDirectory)] : [];
  const identifier = identifierOf(name, isDirectory, tree.kind);
  if (isDirectory) {
    return [record(identifier, node.block, node.sizeBytes, 2, 0, use)];
  }
  const records: Uint8Array[] = [];
  let offset = 0;
  do {
    const length = Math.min(node.content.length - offset, layout.extentBytesMax);
    const isLast = offset + length === node.content.length;
    const isFirst = offset === 0;
    // Only the first extent begins with the attribute record; later ones begin behind it.
    const block = node.block + offset / layout.blockBytes + (isFirst ? 0 : layout.attributeBlocks);
    const attributeBlocks = isFirst ? layout.attributeBlocks : 0;
    records.push(record(identifier, block, length, isLast ? 0 : 0x80, attributeBlocks, use));
    offset += length;
  } while (offset < node.content.length);
  return records;
}

/** ECMA-119 §9.1. */
function record(
  identifier: Uint8Array,
  block: number,
  sizeBytes: number,
  flags: number,
  attributeBlocks: number,
  systemUse: readonly Uint8Array[],
): Uint8Array {
  const useStart = 33 + identifier.length + ((identifier.length + 1) % 2);
  const use = systemUse.flatMap((entry) => [...entry]);
  const length = useStart + use.length + (use.length % 2);
  if (length > 255) {
    throw new Error(`Cannot build an image: a name is too long (${length} bytes of record)`);
  }
  const bytes = new Uint8Array(length);
  bytes[0] = length;
  bytes[1] = attributeBlocks;
  setBoth32(bytes, 2, block);
  setBoth32(bytes, 10, sizeBytes);
  bytes.set(RECORD_TIME, 18);
  bytes[25] = flags;
  setBoth16(bytes, 28, 1);
  bytes[32] = identifier.length;
  bytes.set(identifier, 33);
  bytes.set(use, useStart);
  return bytes;
}

/** IEEE P1281 §5.3 and §5.5, P1282 §4.3. */
const SP = Uint8Array.of(0x53, 0x50, 7, 1, 0xbe, 0xef, 0);
const ER = Uint8Array.from([0x45, 0x52, 18, 1, 10, 0, 0, 1, ...ascii("RRIP_1991A")]);

/** IEEE P1282 §4.1.1: mode, links, uid, gid. */
function px(isDirectory: boolean): Uint8Array {
  const bytes = new Uint8Array(36);
  bytes.set([0x50, 0x58, 36, 1]);
  setBoth32(bytes, 4, isDirectory ? 0o40555 : 0o100444);
  setBoth32(bytes, 12, isDirectory ? 2 : 1);
  return bytes;
}

/** IEEE P1282 §4.1.4. */
function nm(name: string): Uint8Array {
  const text = new TextEncoder().encode(name);
  return Uint8Array.from([0x4e, 0x4d, 5 + text.length, 1, 0, ...text]);
}

function identifierOf(name: string, isDirectory: boolean, kind: Tree["kind"]): Uint8Array {
  if (kind === "joliet") {
    return ucs2(isDirectory ? name : `${name};1`);
  }
  const dot = name.lastIndexOf(".");
  const base = (isDirectory || dot < 0 ? name : name.slice(0, dot))
    .toUpperCase()
    .replace(/[^A-Z0-9_]/gu, "_")
    .slice(0, 24);
  const extension = isDirectory || dot < 0 ? "" : name.slice(dot + 1).toUpperCase();
  const safeExtension = extension.replace(/[^A-Z0-9_]/gu, "_").slice(0, 6);
  return ascii(isDirectory ? base : `${base}.${safeExtension};1`);
}

function parentsOf(path: string): readonly string[] {
  const names = path.split("/").slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join("/"));
}

function parentOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function depthOf(path: string): number {
  return path.split("/").length;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function toBytes(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function ucs2(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  for (let index = 0; index < text.length; index += 1) {
    new DataView(bytes.buffer).setUint16(index * 2, text.charCodeAt(index), false);
  }
  return bytes;
}

function setBoth32(bytes: Uint8Array, offset: number, value: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint32(offset, value, true);
  view.setUint32(offset + 4, value, false);
}

function setBoth16(bytes: Uint8Array, offset: number, value: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint16(offset, value, true);
  view.setUint16(offset + 2, value, false);
}
