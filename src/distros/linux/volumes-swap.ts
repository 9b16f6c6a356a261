import { isDirectory, readTextIfExists } from "../../system/files.ts";
import { realPath } from "../../system/real-path.ts";
import type { FileSystem } from "../../system/system.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import { suggestSwapBytes } from "../posix/swap-size.ts";
import type { SwapRequest } from "../volume-adapter.ts";
import { findMountAbove, readActiveSwaps, readMountTable } from "./mount-table.ts";
import type { ChosenEntry } from "./volumes-entries.ts";
import { makeSwapFile, runSwapon, unfinishedMark } from "./volumes-swap-file.ts";

const DF = "/usr/bin/df";
const DEFAULT_FILE = "/swap.img";
const MIB = 2 ** 20;
const QUERY_TIMEOUT_MS = 60_000;
const PAGE_SIZES = [4096, 8192, 16_384, 32_768, 65_536];
const SIGNATURES = new Set(["SWAPSPACE2", "SWAP-SPACE"]);
/** The kernel cannot swap to files on these, or only with help that nobody gives at boot. */
const UNFIT_TYPES =
  /^(?:tmpfs|ramfs|devtmpfs|proc|sysfs|overlay|aufs|squashfs|erofs|iso9660|nfs4?|cifs|smb3|9p|virtiofs|zfs|fuse(?:\..*)?)$/u;

/** The line of the swap file, where it is there, and what went wrong. */
export interface SwapOutcome {
  readonly entry?: ChosenEntry;
  readonly problems: readonly Problem[];
}

/**
 * A swap file that is there and swapped to. One that is there stays as it is, of whatever size; any
 * other file in its place is left alone, and nothing is made that does not fit on the disk.
 */
export async function ensureSwapFile(ctx: DistroContext, swap: SwapRequest): Promise<SwapOutcome> {
  const { sys, log } = ctx;
  const file = swap.filename ?? DEFAULT_FILE;
  if (swap.volumeGroup !== undefined) {
    log.info('"volume_group" of "swap" is for AIX and has no effect here');
  }
  const wrong = checkPath(sys.fs, file);
  if (wrong !== undefined) {
    return refuse("filename", `Cannot make swap file "${file}": ${wrong}`);
  }
  const isActive = readActiveSwaps(sys).includes(realPath(sys.fs, file) ?? file);
  const stat = sys.fs.stat(file);
  const isUnfinished = sys.fs.stat(unfinishedMark(file)) !== undefined;
  if (stat !== undefined && (isActive || hasSignature(sys.fs, file))) {
    log.debug(`Swap file "${file}" of ${Math.floor(stat.sizeBytes / MIB)} MB is there already`);
    if (isUnfinished) {
      sys.fs.remove(unfinishedMark(file));
    }
    const failure = isActive ? undefined : await runSwapon(ctx, file);
    return failure === undefined
      ? { entry: entryOf(file), problems: [] }
      : refuse("filename", `Cannot swap to "${file}": ${failure}. The file stays as it was`);
  }
  if (stat !== undefined && !isUnfinished) {
    return refuse(
      "filename",
      `Cannot make swap file "${file}": a file is there that is no swap file, and is left as it is. Remove it, or say another "filename"`,
    );
  }
  if (stat !== undefined) {
    log.info(`Removing "${file}", which an earlier boot left unfinished`);
    sys.fs.remove(file);
  }
  const size = await chooseSize(ctx, swap, file);
  if (typeof size === "string") {
    return refuse("size", `Cannot make swap file "${file}": ${size}`);
  }
  if (size.megabytes === 0) {
    return { problems: [] };
  }
  const failure = await makeSwapFile(ctx, file, size.megabytes, size.type);
  return failure === undefined
    ? { entry: entryOf(file), problems: [] }
    : refuse("size", `Cannot make swap file "${file}": ${failure}. What was made of it is removed`);
}

function entryOf(file: string): ChosenEntry {
  return {
    device: file,
    mountPoint: "none",
    type: "swap",
    options: ["sw"],
    dump: "0",
    pass: "0",
    path: ["swap"],
    isActive: true,
  };
}

function checkPath(fs: FileSystem, file: string): string | undefined {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  const isPath = /^(?:\/[^/\u0000-\u001F\u007F]{1,200}){1,32}$/u.test(file);
  if (!isPath || /\/\.{1,2}(?:\/|$)/u.test(file)) {
    return 'expected a path that begins with "/", without "//", "/./", "/../" and line ends';
  }
  if (/^\/(?:dev|proc|sys|run)\//u.test(file)) {
    return 'no files are kept there; to swap to a device, say it in the key "mounts"';
  }
  const kind = fs.stat(file)?.kind;
  if (kind !== undefined && kind !== "file") {
    return `a ${kind} is there, expected a file or nothing`;
  }
  const parent = file.slice(0, file.lastIndexOf("/"));
  return parent !== "" && !isDirectory(fs, parent) ? `"${parent}" is no directory` : undefined;
}

/** mkswap(8) writes it to the end of the first page, and machines differ in what a page is. */
function hasSignature(fs: FileSystem, path: string): boolean {
  const file = fs.open(path);
  try {
    return PAGE_SIZES.some((page) =>
      SIGNATURES.has(new TextDecoder("latin1").decode(file.read(page - 10, 10))),
    );
  } finally {
    file.close();
  }
}

/** Whole megabytes, and the type of the file system around; or why there can be none. */
async function chooseSize(
  ctx: DistroContext,
  swap: SwapRequest,
  file: string,
): Promise<{ readonly megabytes: number; readonly type: string } | string> {
  const { sys, log } = ctx;
  const directory = file.slice(0, file.lastIndexOf("/")) || "/";
  const mount = findMountAbove(readMountTable(sys), realPath(sys.fs, directory) ?? directory);
  if (mount !== undefined && UNFIT_TYPES.test(mount.type)) {
    return `the kernel cannot swap to a file on ${mount.type}, which is mounted on "${mount.mountPoint}"`;
  }
  const freeBytes = await readFreeBytes(ctx, directory);
  if (freeBytes === undefined) {
    return `"${DF} -P -k ${directory}" does not tell how much is free`;
  }
  let bytes = swap.sizeBytes;
  if (bytes === "auto") {
    const memoryBytes = readMemoryBytes(ctx);
    if (memoryBytes === undefined) {
      return 'there is no MemTotal in /proc/meminfo. Say "size" as a number';
    }
    const { maxBytes } = swap;
    bytes = suggestSwapBytes({
      memoryBytes,
      freeBytes,
      ...(maxBytes === undefined ? {} : { maxBytes }),
    });
    const room = `${Math.floor(memoryBytes / MIB)} MB of memory and ${Math.floor(freeBytes / MIB)} MB free in "${directory}"`;
    log.info(
      bytes === 0
        ? `No swap: ${room} leave too little to be of use`
        : `Swap of ${Math.floor(bytes / MIB)} MB suits ${room}`,
    );
  }
  if (bytes > freeBytes) {
    return `${Math.ceil(bytes / MIB)} MB are wanted, and ${Math.floor(freeBytes / MIB)} MB are free in "${directory}". Nothing is changed`;
  }
  const megabytes = Math.floor(bytes / MIB);
  return bytes > 0 && megabytes === 0
    ? `expected a size of 1 MB at least, got ${bytes} bytes`
    : { megabytes, type: mount?.type ?? "" };
}

async function readFreeBytes(ctx: DistroContext, directory: string): Promise<number | undefined> {
  const { stdout } = await ctx.sys.exec.query([DF, "-P", "-k", directory], {
    okExitCodes: "any",
    timeoutMs: QUERY_TIMEOUT_MS,
  });
  const free = /^.*\s\d+\s+\d+\s+(-?\d+)\s+[\d-]+%?\s+\//mu.exec(stdout)?.[1];
  return free === undefined ? undefined : Math.max(0, Number(free)) * 1024;
}

function readMemoryBytes(ctx: DistroContext): number | undefined {
  const text = readTextIfExists(ctx.sys.fs, "/proc/meminfo") ?? "";
  const kilobytes = /^MemTotal:\s+(\d{1,15}) kB$/mu.exec(text)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

function refuse(key: string, message: string): SwapOutcome {
  return { problems: [{ message, path: ["swap", key] }] };
}
