import { Buffer } from "node:buffer";
import { createDirectoryTree } from "../../system/directory-tree.ts";
import type { FileTree } from "../../system/file-tree.ts";
import { isDirectory, isFile, statTarget } from "../../system/files.ts";
import type { FileSystem, RandomAccessFile } from "../../system/system.ts";
import { errorMessage } from "../../text/error-message.ts";
import { formatSize } from "../../text/format-size.ts";
import type { Problem } from "../../text/problem.ts";
import { openDisc } from "../../distros/raw-disc.ts";
import { NotVfatError } from "../../vfat/not-vfat-error.ts";
import { UsageError } from "../usage-error.ts";
import { CONTENT_HEAD_BYTES, describeContent } from "./describe-content.ts";
import {
  copyDriveFiles,
  createDriveTree,
  type DriveFiles,
  type DriveLayout,
  findLayout,
} from "./drive-files.ts";

/** The drive that a plan is about, in memory: nothing of it is open any more. */
export interface PlanSource {
  readonly kind: "disc" | "directory";
  readonly layout: DriveLayout;
  readonly description: string;
  readonly tree: FileTree;
  /** The whole disc, where it is small enough: the simulated machine reads it as the real one would. */
  readonly disc?: Uint8Array;
  /** What the machine gets as a seed directory where there is no disc. */
  readonly files: () => DriveFiles;
  readonly problems: readonly Problem[];
}

/** Larger discs are not held as a whole: of those, the files of the config drive are. */
const DISC_BYTES_MAX = 64 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;
const NAMES_SHOWN_MAX = 5;

/** Reads a disc, an image of one, or a directory. Throws a UsageError where it is none of them. */
export function readPlanSource(fs: FileSystem, path: string): PlanSource {
  const kind = statTarget(fs, path)?.kind;
  switch (kind) {
    case undefined:
      throw new UsageError(`Cannot read SOURCE "${path}": there is no such file or directory`);
    case "directory":
      return readDirectory(fs, path);
    case "file":
    case "device":
      return readDisc(fs, path, kind);
    case "symlink":
    case "other":
      throw new UsageError(
        `Cannot read SOURCE "${path}": expected a disc image, a device or a directory`,
      );
  }
}

function readDirectory(fs: FileSystem, path: string): PlanSource {
  const names = attempt(path, () => fs.list(path));
  const tree = createDirectoryTree(fs, path, { followLinks: true });
  const layout = isDirectory(fs, `${path}/openstack`)
    ? "config-drive"
    : attempt(path, () => findLayout(tree));
  if (layout === undefined) {
    const reason = `expected the directory "openstack" in it, as a config drive has it, or "meta-data" and "user-data"`;
    throw new UsageError(
      `Cannot read SOURCE "${path}": ${reason}, found ${describeNames(fs, path, names)}`,
    );
  }
  const { files, problems } = copyDriveFiles(tree, layout);
  return {
    kind: "directory",
    layout,
    description: `${layout === "no-cloud" ? "NoCloud seed" : "directory"}, ${countText(Object.keys(files).length, "file")}`,
    tree: createDriveTree(files),
    files: () => files,
    problems,
  };
}

function describeNames(fs: FileSystem, path: string, names: readonly string[]): string {
  const inside = ["config_drive", "seed/config_drive"].find((name) =>
    isDirectory(fs, `${path}/${name}/openstack`),
  );
  if (inside !== undefined) {
    return `it in "${path}/${inside}"`;
  }
  if (names.includes("latest")) {
    return `"latest": name the directory above`;
  }
  const seed = ["nocloud", "seed/nocloud"].find((name) => isFile(fs, `${path}/${name}/meta-data`));
  if (seed !== undefined) {
    return `them in "${path}/${seed}"`;
  }
  if (names.includes("meta-data")) {
    return `"meta-data" alone: a NoCloud seed has "user-data" too, which may be empty`;
  }
  if (names.length === 0) {
    return "nothing";
  }
  const shown = names.slice(0, NAMES_SHOWN_MAX).map((name) => `"${name}"`);
  const left = names.length - shown.length;
  return `${shown.join(", ")}${left > 0 ? ` and ${left} more` : ""}`;
}

function readDisc(fs: FileSystem, path: string, kind: "file" | "device"): PlanSource {
  const file = attempt(path, () => fs.open(path));
  try {
    const { label, tree } = openImage(path, file);
    const disc = readWhole(file);
    const size = disc === undefined ? "" : `, ${formatSize(disc.length)}`;
    const what = kind === "device" ? "device with a disc" : "disc image";
    const description = `${what} labelled "${label}"${size}`;
    const layout = guessLayout(tree);
    if (disc !== undefined) {
      const image = openDisc(bytesFile(disc));
      const files = (): DriveFiles => copyDriveFiles(image.tree, layout).files;
      return { kind: "disc", layout, description, tree: image.tree, disc, files, problems: [] };
    }
    const { files, problems } = copyDriveFiles(tree, layout);
    return {
      kind: "disc",
      layout,
      description,
      tree: createDriveTree(files),
      files: () => files,
      problems,
    };
  } finally {
    file.close();
  }
}

/** What is neither, the boot itself will say. */
function guessLayout(tree: FileTree): DriveLayout {
  try {
    return findLayout(tree) ?? "config-drive";
  } catch {
    return "config-drive";
  }
}

function openImage(path: string, file: RandomAccessFile): ReturnType<typeof openDisc> {
  const head = attempt(path, () => file.read(0, CONTENT_HEAD_BYTES));
  const refuse = (cause?: unknown): UsageError =>
    new UsageError(
      `Cannot read SOURCE "${path}": expected an ISO 9660 or FAT disc, found ${describeContent(head)}`,
      { cause },
    );
  if (head.length === 0) {
    throw refuse();
  }
  try {
    return openDisc(file);
  } catch (error) {
    if (error instanceof NotVfatError) {
      throw refuse(error);
    }
    throw new UsageError(`Cannot read SOURCE "${path}": ${errorMessage(error)}`, { cause: error });
  }
}

/** Undefined where it is too long, or a drive refuses to be read on. */
function readWhole(file: RandomAccessFile): Uint8Array | undefined {
  if ((file.sizeBytes ?? 0) > DISC_BYTES_MAX) {
    return undefined;
  }
  const chunks: Uint8Array[] = [];
  let offset = 0;
  try {
    while (offset <= DISC_BYTES_MAX) {
      const chunk = file.read(offset, CHUNK_BYTES);
      if (chunk.length === 0) {
        return Buffer.concat(chunks);
      }
      chunks.push(chunk);
      offset += chunk.length;
    }
  } catch {
    // Optical drives end in an error where others end: the files are read one by one then.
    return undefined;
  }
  return undefined;
}

function bytesFile(bytes: Uint8Array): RandomAccessFile {
  return {
    sizeBytes: bytes.length,
    read: (offsetBytes, lengthBytes) => bytes.slice(offsetBytes, offsetBytes + lengthBytes),
    close() {
      // Memory needs no closing.
    },
  };
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new UsageError(`Cannot read SOURCE "${path}": ${errorMessage(error)}`, { cause: error });
  }
}

function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
