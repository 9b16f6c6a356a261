import fs from "node:fs";
import path from "node:path";
import { FileError } from "./file-error.ts";
import { createDurability, type Durability } from "./host-durability.ts";
import { absolute, attempt, codeOf, ifExists } from "./host-error.ts";
import { createLeftoverSweep } from "./host-leftovers.ts";
import { nameTag } from "./host-name-tag.ts";
import { createHostReads, lstat } from "./host-read.ts";
import { removeFile } from "./host-remove.ts";
import { findOwner } from "./owner.ts";
import type { FileAttributes, FileSystem, WriteOptions } from "./system.ts";
import { temporaryName } from "./temporary-name.ts";

const { constants } = fs;
const FILE_MODE_DEFAULT = 0o644;
const DIRECTORY_MODE_DEFAULT = 0o755;
const PERMISSIONS = 0o777;
const MODE_BITS = 0o7777;
const LINK_DEPTH_MAX = 40;

/** The machine's own files, by synchronous calls. */
export function createHostFileSystem(): FileSystem {
  const durability = createDurability();
  const sweep = createLeftoverSweep();
  return {
    ...createHostReads(),
    ...createFileWrites(durability, sweep),
    ...createTreeWrites(durability, sweep),
    flush: () => durability.flush(),
  };
}

function createFileWrites(
  durability: Durability,
  sweep: (directory: string) => void,
): Pick<FileSystem, "write" | "append" | "setAttributes"> {
  return {
    write(file, content, options = {}) {
      attempt("write", file, () => {
        const isDurable = options.durable === true;
        const place = followLinks("write", absolute(file));
        const made = makeParents(place);
        sweep(path.dirname(place));
        replaceFile(place, content, { ...options, durable: isDurable });
        for (const changed of [...made, place]) {
          if (isDurable) {
            durability.syncDirectory(path.dirname(changed));
          } else {
            durability.remember(changed);
          }
        }
      });
    },
    append(file, content, attributes = {}) {
      attempt("append to", file, () => {
        const fd = openToAppend(absolute(file), attributes);
        try {
          writeWhole(fd, content);
        } finally {
          fs.closeSync(fd);
        }
        durability.remember(file);
      });
    },
    setAttributes(file, attributes) {
      attempt("set mode and owner of", file, () => {
        const ids = idsOf(attributes);
        // First the owner: the system takes the setuid bits away with a change of owner.
        if (attributes.owner !== undefined) {
          const stats = fs.statSync(absolute(file));
          fs.chownSync(file, ids.uid ?? stats.uid, ids.gid ?? stats.gid);
        }
        if (attributes.mode !== undefined) {
          fs.chmodSync(absolute(file), attributes.mode);
        }
        durability.remember(file);
      });
    },
  };
}

function createTreeWrites(
  durability: Durability,
  sweep: (directory: string) => void,
): Pick<FileSystem, "makeDirectory" | "symlink" | "remove"> {
  return {
    makeDirectory(directory, attributes = {}) {
      attempt("make directory", directory, () => {
        for (const made of makeDirectory(absolute(directory), attributes)) {
          sweep(path.dirname(made));
          durability.remember(made);
        }
      });
    },
    symlink(target, file, options = {}) {
      attempt("link", file, () => {
        const made = makeParents(path.resolve(absolute(file)));
        const old = lstat(file);
        const mayReplace = old?.isSymbolicLink() === true || options.replacesFile === true;
        if (old !== undefined && !(mayReplace && !old.isDirectory())) {
          throw new FileError("link", file, "EEXIST");
        }
        sweep(path.dirname(file));
        const temporary = temporaryBeside(file);
        fs.symlinkSync(target, temporary);
        renameOrRemove(temporary, file);
        for (const changed of [...made, path.dirname(file)]) {
          durability.remember(changed);
        }
      });
    },
    remove(file) {
      attempt("remove", file, () => {
        if (path.resolve(absolute(file)) === "/") {
          throw new FileError("remove", file, "EBUSY");
        }
        const stats = lstat(file);
        if (stats !== undefined) {
          if (stats.isDirectory()) {
            fs.rmSync(file, { recursive: true, force: true });
          } else {
            removeFile(file);
          }
          durability.remember(path.dirname(file));
        }
      });
    },
  };
}

function replaceFile(place: string, content: string | Uint8Array, attributes: WriteOptions): void {
  const old = lstat(place);
  if (old !== undefined && attributes.exclusive === true) {
    throw new FileError("write", place, "EEXIST");
  }
  if (old?.isDirectory() === true) {
    throw new FileError("write", place, "EISDIR");
  }
  if (old !== undefined && !old.isFile()) {
    writeInPlace(place, content, attributes, constants.O_NONBLOCK);
    return;
  }
  const ids = idsOf(attributes);
  const temporary = temporaryBeside(place);
  const fd = fs.openSync(
    temporary,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL,
    0o600,
  );
  try {
    try {
      const mode =
        attributes.mode ?? (old === undefined ? FILE_MODE_DEFAULT : old.mode & MODE_BITS);
      if (old !== undefined) {
        keepOwner(fd, old);
      }
      setOwner(fd, ids);
      fs.fchmodSync(fd, mode & PERMISSIONS);
      writeWhole(fd, content);
      if ((mode & ~PERMISSIONS) !== 0) {
        // Only now: the system may take the setuid bits away when a file is written to.
        fs.fchmodSync(fd, mode);
      }
      if (attributes.durable === true) {
        fs.fsyncSync(fd);
      }
    } finally {
      fs.closeSync(fd);
    }
    moveInto(place, temporary, attributes.exclusive === true);
  } catch (error) {
    removeFile(temporary);
    if (codeOf(error) !== "EBUSY" || old === undefined) {
      throw error;
    }
    // A file that is mounted over itself, as containers do with /etc/hosts, cannot be renamed over.
    writeInPlace(place, content, attributes, constants.O_TRUNC);
  }
}

/** A rename replaces what is there; a link refuses to, also where two processes come at once. */
function moveInto(place: string, temporary: string, isExclusive: boolean): void {
  if (isExclusive) {
    fs.linkSync(temporary, place);
    fs.unlinkSync(temporary);
  } else {
    fs.renameSync(temporary, place);
  }
}

function writeInPlace(
  place: string,
  content: string | Uint8Array,
  attributes: FileAttributes,
  flag: number,
): void {
  const fd = fs.openSync(place, constants.O_WRONLY | constants.O_NOCTTY | flag);
  try {
    setOwner(fd, idsOf(attributes));
    if (attributes.mode !== undefined) {
      fs.fchmodSync(fd, attributes.mode);
    }
    writeWhole(fd, content);
    if (fs.fstatSync(fd).isFile()) {
      fs.fsyncSync(fd);
    }
  } finally {
    fs.closeSync(fd);
  }
}

/** For an existing file, `attributes` are not looked at: a log keeps the mode someone gave it. */
function openToAppend(file: string, attributes: FileAttributes): number {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_NOCTTY;
  try {
    return fs.openSync(file, flags);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") {
      throw error;
    }
  }
  const ids = idsOf(attributes);
  const place = followLinks("append to", file);
  makeParents(place);
  const fd = fs.openSync(place, flags | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    setOwner(fd, ids);
    fs.fchmodSync(fd, attributes.mode ?? FILE_MODE_DEFAULT);
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
  return fd;
}

/** Returns the directories that it had to make, which are still to be made durable. */
function makeDirectory(directory: string, attributes: FileAttributes): readonly string[] {
  const stats = fs.statSync(directory, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) {
    return [];
  }
  if (stats !== undefined) {
    throw new FileError("make directory", directory, "EEXIST");
  }
  const ids = idsOf(attributes);
  const place = followLinks("make directory", directory);
  const madeParents = makeParents(place);
  const temporary = temporaryBeside(place);
  fs.mkdirSync(temporary, 0o700);
  try {
    if (ids.uid !== undefined || ids.gid !== undefined) {
      const made = fs.statSync(temporary);
      fs.chownSync(temporary, ids.uid ?? made.uid, ids.gid ?? made.gid);
    }
    fs.chmodSync(temporary, attributes.mode ?? DIRECTORY_MODE_DEFAULT);
    // Whole from the start, as a file is: whoever finds a directory leaves its mode and owner alone.
    fs.renameSync(temporary, place);
  } catch (error) {
    fs.rmdirSync(temporary);
    if (fs.statSync(place, { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw error;
    }
    // Somebody else has made it meanwhile.
  }
  return [...madeParents, place];
}

function makeParents(file: string): readonly string[] {
  const parent = path.dirname(file);
  const stats = fs.statSync(parent, { throwIfNoEntry: false });
  if (stats !== undefined && !stats.isDirectory()) {
    throw new FileError("make", file, "ENOTDIR");
  }
  return stats === undefined ? makeDirectory(parent, {}) : [];
}

/** The file that `file` stands for, which need not be there. Only the last name is followed. */
function followLinks(verb: string, file: string): string {
  let place = path.resolve(file);
  for (let depth = 0; depth < LINK_DEPTH_MAX; depth += 1) {
    if (lstat(place)?.isSymbolicLink() !== true) {
      return place;
    }
    const directory = fs.realpathSync(path.dirname(place));
    place = path.resolve(directory, fs.readlinkSync(place));
  }
  throw new FileError(verb, file, "ELOOP");
}

function keepOwner(fd: number, old: fs.Stats): void {
  const made = fs.fstatSync(fd);
  if (made.uid === old.uid && made.gid === old.gid) {
    return;
  }
  try {
    fs.fchownSync(fd, old.uid, old.gid);
  } catch (error) {
    // Who is not root cannot give a file away, and did not ask for it either.
    if (codeOf(error) !== "EPERM") {
      throw error;
    }
  }
}

function setOwner(fd: number, ids: { readonly uid?: number; readonly gid?: number }): void {
  if (ids.uid !== undefined || ids.gid !== undefined) {
    const stats = fs.fstatSync(fd);
    fs.fchownSync(fd, ids.uid ?? stats.uid, ids.gid ?? stats.gid);
  }
}

/** Read anew each time, since users come and go while modules run. AIX has no getent. */
function idsOf(attributes: FileAttributes): { readonly uid?: number; readonly gid?: number } {
  const read = (file: string): string | undefined => ifExists(() => fs.readFileSync(file, "utf8"));
  return attributes.owner === undefined
    ? {}
    : findOwner(attributes.owner, {
        readPasswd: () => read("/etc/passwd") ?? "",
        readGroup: () => read("/etc/group") ?? "",
      });
}

function writeWhole(fd: number, content: string | Uint8Array): void {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  let offset = 0;
  while (offset < bytes.length) {
    offset += fs.writeSync(fd, bytes, offset);
  }
}

function temporaryBeside(place: string): string {
  const name = temporaryName(path.basename(place), nameTag());
  return path.join(path.dirname(place), name);
}

function renameOrRemove(temporary: string, place: string): void {
  try {
    fs.renameSync(temporary, place);
  } catch (error) {
    removeFile(temporary);
    throw error;
  }
}
