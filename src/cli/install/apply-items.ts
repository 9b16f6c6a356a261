import { posix } from "node:path";
import type { FileAttributes, FileSystem, System } from "../../system/system.ts";
import { exists, isDirectory, isFile, statTarget } from "../../system/files.ts";
import { writeIfDifferent } from "../../system/write-if-different.ts";
import type { InstallItem } from "./install-item.ts";

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
  for (const item of items) {
    const path = posix.join(root, item.path);
    checkInside(sys.fs, root, path);
    say(applyItem(sys, path, item, owner));
  }
  sys.fs.flush();
}

/** root:system on AIX, root:root elsewhere; by number, so that an image of one can be made on the other. */
const OWNER = "0:0";
const PROGRAM_MODE = 0o755;

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
      return applyProgram(fs, path, sys.process.executablePath, owner);
    case "file":
      if (item.isUsers && exists(fs, path)) {
        return `kept ${path}`;
      }
      return applyFile(fs, path, item.content, { mode: item.mode, ...owner });
    case "link":
      if (fs.readLink(path) === item.target) {
        return `kept ${path} -> ${item.target}`;
      }
      removeOther(fs, path, "symlink");
      fs.symlink(item.target, path);
      return `linked ${path} -> ${item.target}`;
  }
}

function applyFile(
  fs: FileSystem,
  path: string,
  content: string,
  options: FileAttributes & { readonly mode: number },
): string {
  // Written through a link, the text would go to a file that is somebody else's.
  removeOther(fs, path, "file");
  return writeIfDifferent(fs, path, content, options) ? `wrote ${path}` : `kept ${path}`;
}

function applyProgram(
  fs: FileSystem,
  path: string,
  source: string,
  owner: Pick<FileAttributes, "owner">,
): string {
  if (path === source || isSameFile(fs, path, source)) {
    if (statTarget(fs, path)?.mode === PROGRAM_MODE) {
      return `kept ${path}`;
    }
    fs.setAttributes(path, { mode: PROGRAM_MODE });
    return `wrote ${path}`;
  }
  removeOther(fs, path, "file");
  fs.write(path, fs.readBytes(source), { mode: PROGRAM_MODE, ...owner });
  return `wrote ${path}`;
}

/** A link where a file belongs, or a file where a link does (the old package's script). A directory stays: writing says so. */
function removeOther(fs: FileSystem, path: string, wanted: "file" | "symlink"): void {
  const kind = fs.stat(path)?.kind;
  if (kind !== wanted && (kind === "file" || kind === "symlink")) {
    fs.remove(path);
  }
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
      if (a.length !== b.length || a.some((byte, index) => byte !== b[index])) {
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

/** An absolute link in an image means a place in the image; followed from here it is this machine's. */
function checkInside(fs: FileSystem, root: string, path: string): void {
  if (root === "/") {
    return;
  }
  for (let dir = posix.dirname(path); dir.length > root.length; dir = posix.dirname(dir)) {
    const target = fs.readLink(dir);
    if (target === undefined) {
      continue;
    }
    const place = posix.resolve(posix.dirname(dir), target);
    if (place !== root && !place.startsWith(`${root}/`)) {
      throw new Error(
        `Cannot install into "${root}": "${dir}" is a link to "${target}", which leads out of it; run the install inside the image (chroot) instead`,
      );
    }
  }
}
