import { Buffer } from "node:buffer";
import fs from "node:fs";
import { FileError } from "./file-error.ts";
import { sortFileNames } from "./file-names.ts";
import { absolute, attempt, ifExists } from "./host-error.ts";
import type { FileStat, FileSystem, RandomAccessFile } from "./system.ts";

const { constants } = fs;
const MODE_BITS = 0o7777;
const READ_SIZE_MAX_BYTES = 512 * 1024 * 1024;
const READ_CHUNK_BYTES = 64 * 1024;
/** A FIFO or a terminal must not hold the boot. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

type Reads = Pick<
  FileSystem,
  "readBytes" | "readBytesIfExists" | "stat" | "readLink" | "list" | "open"
>;

/** The half of the file system that changes nothing. */
export function createHostReads(): Reads {
  return {
    readBytes: (file) => attempt("read", file, () => readWhole(file)),
    readBytesIfExists: (file) => ifExists(() => attempt("read", file, () => readWhole(file))),
    stat: (file) => {
      const stats = attempt("read", file, () => lstat(file));
      return stats === undefined ? undefined : statOf(stats);
    },
    readLink: (file) =>
      attempt("read", file, () =>
        lstat(file)?.isSymbolicLink() === true ? fs.readlinkSync(file) : undefined,
      ),
    list: (file) => attempt("list", file, () => sortFileNames(fs.readdirSync(absolute(file)))),
    open: (file) => attempt("open", file, () => openForReading(file)),
  };
}

function readWhole(file: string): Uint8Array {
  const fd = fs.openSync(absolute(file), READ_FLAGS);
  try {
    const stats = fs.fstatSync(fd);
    if (stats.isDirectory()) {
      throw new FileError("read", file, "EISDIR");
    }
    if (!stats.isFile()) {
      throw new FileError("read", file, "EINVAL");
    }
    if (stats.size > READ_SIZE_MAX_BYTES) {
      throw new FileError("read", file, "EFBIG");
    }
    // Files of /proc say that they are empty, and logs grow: read until the end comes. One byte more than
    // there is, so that mostly nothing has to be made longer to see it.
    let bytes = Buffer.allocUnsafeSlow(stats.size > 0 ? stats.size + 1 : READ_CHUNK_BYTES);
    let sizeBytes = 0;
    for (;;) {
      const count = fs.readSync(fd, bytes, sizeBytes, bytes.length - sizeBytes, null);
      if (count === 0) {
        return new Uint8Array(bytes.buffer, 0, sizeBytes);
      }
      sizeBytes += count;
      if (sizeBytes > READ_SIZE_MAX_BYTES) {
        throw new FileError("read", file, "EFBIG");
      }
      if (sizeBytes === bytes.length) {
        const longer = Buffer.allocUnsafeSlow(Math.max(READ_CHUNK_BYTES, 2 * sizeBytes));
        bytes.copy(longer);
        bytes = longer;
      }
    }
  } finally {
    fs.closeSync(fd);
  }
}

function openForReading(file: string): RandomAccessFile {
  const fd = fs.openSync(absolute(file), constants.O_RDONLY | constants.O_NOCTTY);
  const stats = fs.fstatSync(fd);
  if (stats.isDirectory()) {
    fs.closeSync(fd);
    throw new FileError("open", file, "EISDIR");
  }
  let isOpen = true;
  return {
    sizeBytes: stats.isFile() ? stats.size : undefined,
    read(offsetBytes, lengthBytes) {
      if (!isOpen) {
        throw new FileError("read", file, "EBADF");
      }
      return attempt("read", file, () => readAt(fd, offsetBytes, lengthBytes));
    },
    close() {
      if (isOpen) {
        isOpen = false;
        fs.closeSync(fd);
      }
    },
  };
}

function readAt(fd: number, offsetBytes: number, lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  let count = 0;
  while (count < lengthBytes) {
    const got = fs.readSync(fd, bytes, count, lengthBytes - count, offsetBytes + count);
    if (got === 0) {
      break;
    }
    count += got;
  }
  return bytes.subarray(0, count);
}

/** Without following a link; undefined where nothing is there. */
export function lstat(file: string): fs.Stats | undefined {
  return ifExists(() => fs.lstatSync(absolute(file), { throwIfNoEntry: false }));
}

function statOf(stats: fs.Stats): FileStat {
  const kind = stats.isFile()
    ? "file"
    : stats.isDirectory()
      ? "directory"
      : stats.isSymbolicLink()
        ? "symlink"
        : stats.isBlockDevice() || stats.isCharacterDevice()
          ? "device"
          : "other";
  return {
    kind,
    sizeBytes: kind === "directory" ? 0 : stats.size,
    mode: stats.mode & MODE_BITS,
    uid: stats.uid,
    gid: stats.gid,
    modifiedMs: stats.mtimeMs,
  };
}
