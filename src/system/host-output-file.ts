import { Buffer } from "node:buffer";
import fs from "node:fs";
import { FileError } from "./file-error.ts";
import { codeOf } from "./host-error.ts";
import { writeFully } from "./host-write.ts";

const { constants } = fs;
const MODE_NEW = 0o640;
/** The group that may read logs, where there is one (Debian). */
const LOG_GROUP = "adm";
const COPY_CHUNK_BYTES = 64 * 1024;
const TAIL_MAX_BYTES = 64 * 1024;
const PATIENCE_MS = 10_000;

/** A log file that output goes to. Children write to the descriptor themselves, always at its end. */
export interface OutputFile {
  readonly fd: number;
  /** False for a device, which has no offsets. */
  readonly isRegular: boolean;
  sizeBytes(): number;
  /** The last lines from `offsetBytes` on, without a final newline; see Output.tailSince. */
  tail(offsetBytes: number, lineCountMax: number): string;
  /** Copies what arrived since the last call to descriptor `fd`. */
  copyNews(fd: number): void;
  close(): void;
}

/**
 * Opens a log for appending, and makes it where there is none: mode 0640, readable by the group
 * "adm" where root runs us on a system that has it. An existing file keeps its mode and owner.
 * Throws a FileError.
 */
export function openOutputFile(path: string, isEmptied: boolean): OutputFile {
  const fd = openLog(path, isEmptied);
  const isRegular = fs.fstatSync(fd).isFile();
  // A descriptor of its own, since children are given the other one and must not read.
  const readFd = isRegular ? openForReading(path) : undefined;
  let copiedBytes = fs.fstatSync(fd).size;

  function copyNews(target: number): void {
    if (readFd === undefined) {
      return;
    }
    const { size } = fs.fstatSync(fd);
    if (size < copiedBytes) {
      // Somebody emptied the log; what comes now is written from its beginning.
      copiedBytes = 0;
    }
    const chunk = Buffer.alloc(Math.min(COPY_CHUNK_BYTES, size - copiedBytes));
    while (copiedBytes < size) {
      const count = fs.readSync(readFd, chunk, 0, chunk.length, copiedBytes);
      if (count === 0) {
        return;
      }
      copiedBytes += count;
      if (!writeFully(target, chunk.subarray(0, count), PATIENCE_MS)) {
        copiedBytes = size;
      }
    }
  }

  return {
    fd,
    isRegular,
    sizeBytes: () => fs.fstatSync(fd).size,
    tail: (offsetBytes, lineCountMax) =>
      readFd === undefined ? "" : readTail(readFd, offsetBytes, lineCountMax),
    copyNews,
    close() {
      fs.closeSync(fd);
      if (readFd !== undefined) {
        fs.closeSync(readFd);
      }
    },
  };
}

function openLog(path: string, isEmptied: boolean): number {
  const verb = "open output file";
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_NOCTTY;
  try {
    if (fs.statSync(path, { throwIfNoEntry: false })?.isFIFO() === true) {
      throw new FileError(verb, path, "EINVAL");
    }
    return fs.openSync(path, flags | (isEmptied ? constants.O_TRUNC : 0));
  } catch (error) {
    if (codeOf(error) !== "ENOENT") {
      throw error instanceof FileError ? error : new FileError(verb, path, codeOf(error));
    }
  }
  try {
    const fd = fs.openSync(path, flags | constants.O_CREAT, 0o600);
    makeReadable(fd);
    return fd;
  } catch (error) {
    throw new FileError(verb, path, codeOf(error), { cause: error });
  }
}

function makeReadable(fd: number): void {
  const { uid } = fs.fstatSync(fd);
  const groupId = uid === 0 ? findLogGroup() : undefined;
  if (groupId !== undefined) {
    fs.fchownSync(fd, uid, groupId);
  }
  fs.fchmodSync(fd, MODE_NEW);
}

/** See group(5): name:password:id:members. */
export function findLogGroup(): number | undefined {
  try {
    const line = fs
      .readFileSync("/etc/group", "utf8")
      .split("\n")
      .find((candidate) => candidate.startsWith(`${LOG_GROUP}:`));
    const id = line?.split(":")[2];
    return id === undefined || !/^\d+$/u.test(id) ? undefined : Number(id);
  } catch {
    return undefined;
  }
}

function openForReading(path: string): number | undefined {
  try {
    return fs.openSync(path, constants.O_RDONLY);
  } catch {
    return undefined;
  }
}

function readTail(fd: number, offsetBytes: number, lineCountMax: number): string {
  const { size } = fs.fstatSync(fd);
  const begin = offsetBytes > size ? 0 : offsetBytes;
  const start = Math.max(begin, size - TAIL_MAX_BYTES);
  const bytes = Buffer.alloc(size - start);
  const text = bytes.subarray(0, fs.readSync(fd, bytes, 0, bytes.length, start)).toString("utf8");
  const lines = text.replace(/\n$/u, "").split("\n");
  // The first line is cut where the reading began in the middle.
  const wholeLines = start > begin ? lines.slice(1) : lines;
  return wholeLines.slice(Math.max(0, wholeLines.length - lineCountMax)).join("\n");
}
