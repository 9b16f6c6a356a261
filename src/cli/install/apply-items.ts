import { Buffer } from "node:buffer";
import { posix } from "node:path";
import type { FileAttributes, FileSystem, System } from "../../system/system.ts";
import { exists, isDirectory, isFile, statTarget } from "../../system/files.ts";
import { writeIfDifferent } from "../../system/write-if-different.ts";
import { checkInside } from "./check-inside.ts";
import type { InstallItem } from "./install-item.ts";
import { replaceLink } from "./replace-link.ts";

/** What became of an item, as a line for the user. */
export type Say = (line: string) => void;

/**
 * Sees to the items in order, below `root` (absolute; "/" for this machine), and says what became
 * of each. What is there as it should be is kept. Throws where something cannot be written, or
 * where a link in the image would lead out of it.
 */
export function applyItems(
  sys: System,
  root: string,
  items: readonly InstallItem[],
  say: Say,
): void {
  const owner = sys.process.uid === 0 ? { owner: OWNER } : {};
  checkItems(sys.fs, root, items);
  for (const item of items) {
    say(applyItem(sys, posix.join(root, item.path), item, owner));
  }
  sys.fs.flush();
}

/** Throws where a link in an image would lead out of it. */
export function checkItems(fs: FileSystem, root: string, items: readonly InstallItem[]): void {
  for (const item of items) {
    checkInside(fs, root, item.path);
  }
}

/** root:system on AIX, root:root elsewhere; by number, so that an image of one can be made on the other. */
const OWNER = "0:0";
/** Of the program. */
export const PROGRAM_MODE = 0o755;

function applyItem(
  sys: System,
  path: string,
  item: InstallItem,
  owner: Pick<FileAttributes, "owner">,
): string {
  const { fs } = sys;
  switch (item.kind) {
    case "directory":
      if (isDirectory(fs, path)) {
        return `kept ${path}`;
      }
      fs.makeDirectory(path, { mode: 0o755, ...owner });
      return `made ${path}`;
    case "program":
      return applyProgram(fs, path, item.source ?? sys.process.executablePath, {
        mode: item.mode ?? PROGRAM_MODE,
        ...owner,
      });
    case "file":
      if (item.isUsers && exists(fs, path)) {
        return `kept ${path}`;
      }
      return applyFile(fs, path, item.content, { mode: item.mode, ...owner });
    case "link":
      if (fs.readLink(path) === item.target) {
        return `kept ${path} -> ${item.target}`;
      }
      fs.symlink(item.target, path, { replacesFile: true });
      return `linked ${path} -> ${item.target}`;
    case "no-link":
      if (fs.readLink(path) !== undefined) {
        fs.remove(path);
      }
      return `removed ${path}: the links above take its place`;
  }
}

function applyFile(
  fs: FileSystem,
  path: string,
  content: string,
  options: FileAttributes & { readonly mode: number },
): string {
  let isWritten = true;
  // Written through a link, the text would go to a file that is somebody else's.
  replaceLink(fs, path, () => {
    isWritten = writeIfDifferent(fs, path, content, options);
  });
  return isWritten ? `wrote ${path}` : `kept ${path}`;
}

function applyProgram(
  fs: FileSystem,
  path: string,
  source: string,
  options: FileAttributes & { readonly mode: number },
): string {
  if (path === source || isSameFile(fs, path, source)) {
    if (statTarget(fs, path)?.mode === options.mode) {
      return `kept ${path}`;
    }
    fs.setAttributes(path, { mode: options.mode });
    return `wrote ${path}`;
  }
  replaceLink(fs, path, () => fs.write(path, fs.readBytes(source), options));
  return `wrote ${path}`;
}

/** The program has 100 MB: compared piece by piece. */
const COMPARE_BYTES = 1024 * 1024;

function isSameFile(fs: FileSystem, left: string, right: string): boolean {
  if (!isFile(fs, left) || !isFile(fs, right)) {
    return false;
  }
  const files = [fs.open(left), fs.open(right)] as const;
  try {
    if (files[0].sizeBytes !== files[1].sizeBytes) {
      return false;
    }
    for (let offset = 0; ; offset += COMPARE_BYTES) {
      const [a, b] = [files[0].read(offset, COMPARE_BYTES), files[1].read(offset, COMPARE_BYTES)];
      if (Buffer.compare(a, b) !== 0) {
        return false;
      }
      if (a.length < COMPARE_BYTES) {
        return true;
      }
    }
  } finally {
    files[0].close();
    files[1].close();
  }
}
