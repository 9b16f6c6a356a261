import { Buffer } from "node:buffer";
import {
  findDevice,
  followLinks,
  openDevice,
  mountOfPath,
  removeContent,
  statPath,
} from "../block-devices.ts";
import { done, failed, type LinuxCommand, type LinuxCommandContext } from "../command.ts";
import type { BlockContent } from "../storage.ts";
import { type OptionSpec, readOptions } from "./options.ts";
import { parseSize } from "./sizes.ts";

const SPEC: OptionSpec = {
  program: "fallocate",
  short: "cdhil:no:pvVxz",
  long: {
    "length:": "l",
    "offset:": "o",
    "keep-size": "n",
    posix: "x",
    "punch-hole": "p",
    "zero-range": "z",
    verbose: "v",
  },
};
const PAGE_BYTES = 4_096;
/** Stands behind the first page of a file that swapon sees holes in. */
const HOLES = "simulated holes";

/** fallocate(1): room for a file, all of it or none. */
export const fallocate: LinuxCommand = {
  path: "/usr/bin/fallocate",
  isChange: () => true,
  run(ctx, args) {
    const read = readOptions(SPEC, args);
    if ("refusal" in read) {
      return read.refusal;
    }
    const { options } = read;
    const [path, ...rest] = options.operands;
    const length = options.value("l");
    if (length === undefined) {
      return failed(1, "fallocate: no length argument specified");
    }
    const sizeBytes = parseSize(length);
    if (sizeBytes === undefined || sizeBytes === 0) {
      return failed(1, "fallocate: invalid length value specified");
    }
    if (path === undefined || rest.length > 0) {
      return failed(
        1,
        path === undefined
          ? "fallocate: no filename specified"
          : "fallocate: unexpected number of arguments",
      );
    }
    const wrong = openForWriting(ctx, path);
    if (wrong !== undefined) {
      return failed(1, `fallocate: cannot open ${path}: ${wrong}`);
    }
    if (ctx.storage.faults.isFallocateUnsupported) {
      ctx.fs.append(path, "");
      return failed(1, "fallocate: fallocate failed: Operation not supported");
    }
    const old = statPath(ctx.fs, path)?.sizeBytes ?? 0;
    const room = roomFor(ctx, path);
    if (room !== undefined && sizeBytes - old > freeBytes(room)) {
      ctx.fs.append(path, "");
      return failed(1, "fallocate: fallocate failed: No space left on device");
    }
    place(ctx, path, {
      sizeBytes: Math.max(old, sizeBytes),
      hasHoles: ctx.storage.faults.doesFallocateLeaveHoles,
    });
    return done();
  },
};

/** chattr(1): `+C` and `-C` only, which btrfs alone knows, and only for an empty file. */
export const chattr: LinuxCommand = {
  path: "/usr/bin/chattr",
  isChange: () => true,
  run(ctx, args) {
    const [flag, path = "", ...rest] = args;
    if (rest.length > 0 || (flag !== "+C" && flag !== "-C")) {
      return failed(
        1,
        "Usage: chattr [-RVf] [-+=aAcCdDeijPsStTuFx] [-p project] [-v version] files...",
      );
    }
    const stat = statPath(ctx.fs, path);
    if (stat === undefined) {
      return failed(1, `chattr: No such file or directory while trying to stat ${path}`);
    }
    if (mountOfPath(ctx, path)?.type !== "btrfs") {
      return failed(1, `chattr: Operation not supported while setting flags on ${path}`);
    }
    if (stat.kind === "file" && stat.sizeBytes > 0) {
      return failed(1, `chattr: Invalid argument while setting flags on ${path}`);
    }
    const { storage } = ctx;
    const others = storage.noCopyOnWrite.filter((each) => each !== path);
    storage.noCopyOnWrite = flag === "+C" ? [...others, path] : others;
    return done();
  },
};

/** dd(1), as far as it makes files of zeros, or zeros the start of a device. */
export const dd: LinuxCommand = {
  path: "/usr/bin/dd",
  isChange: () => true,
  run(ctx, args) {
    const words = new Map<string, string>();
    for (const arg of args) {
      const [name = "", value] = arg.split("=", 2);
      if (value === undefined || !DD_OPERANDS.has(name)) {
        return failed(
          1,
          `dd: unrecognized operand '${arg}'\nTry 'dd --help' for more information.`,
        );
      }
      words.set(name, value);
    }
    const blockBytes = parseSize(words.get("bs") ?? "512");
    const count = parseSize(words.get("count") ?? "1");
    if (blockBytes === undefined || count === undefined || blockBytes === 0) {
      return failed(
        1,
        `dd: invalid number: '${words.get(blockBytes === undefined ? "bs" : "count") ?? ""}'`,
      );
    }
    const input = words.get("if") ?? "/dev/stdin";
    const path = words.get("of");
    if (input !== "/dev/zero") {
      return failed(1, `dd: failed to open '${input}': No such file or directory`);
    }
    if (path === undefined) {
      return failed(1, "dd: standard output is no file on this machine");
    }
    const device = openDevice(ctx, path);
    if (device !== undefined) {
      // Nothing keeps dd from what is mounted.
      removeContent(device);
      if (device.number === undefined) {
        delete device.disk.table;
      }
      return summary(blockBytes * count, count);
    }
    const wrong = openForWriting(ctx, path);
    if (wrong !== undefined) {
      return failed(1, `dd: failed to open '${path}': ${wrong}`);
    }
    const room = roomFor(ctx, path);
    const old = statPath(ctx.fs, path)?.sizeBytes ?? 0;
    const free = room === undefined ? Number.POSITIVE_INFINITY : freeBytes(room) + old;
    const wanted = blockBytes * count;
    const written = Math.min(wanted, free);
    place(ctx, path, { sizeBytes: written, hasHoles: false });
    const { stderr } = summary(written, Math.floor(written / blockBytes));
    return written < wanted
      ? {
          exitCode: 1,
          stdout: "",
          stderr: `dd: error writing '${path}': No space left on device\n${stderr}`,
        }
      : summary(written, count);
  },
};

const DD_OPERANDS: ReadonlySet<string> = new Set([
  "if",
  "of",
  "bs",
  "count",
  "seek",
  "skip",
  "conv",
  "status",
  "oflag",
  "iflag",
  "ibs",
  "obs",
]);

/** Whether swapon finds holes in a file, of which these are the first bytes. */
export function hasHoles(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(PAGE_BYTES)).toString("latin1") === HOLES;
}

function summary(bytes: number, blocks: number) {
  return {
    exitCode: 0,
    stdout: "",
    stderr: `${blocks}+0 records in\n${blocks}+0 records out\n${bytes} bytes copied, 1 s\n`,
  };
}

/** The file takes its room, or gives it back where it is written anew. */
function place(
  ctx: LinuxCommandContext,
  path: string,
  file: { readonly sizeBytes: number; readonly hasHoles: boolean },
): void {
  const room = roomFor(ctx, path);
  if (room !== undefined) {
    room.usedBytes += file.sizeBytes - (statPath(ctx.fs, path)?.sizeBytes ?? 0);
  }
  ctx.placeFile(path, {
    sizeBytes: file.sizeBytes,
    head: Buffer.concat([
      Buffer.alloc(PAGE_BYTES),
      Buffer.from(file.hasHoles ? HOLES : "", "latin1"),
    ]),
  });
}

/** The file system that a path is on. */
function roomFor(ctx: LinuxCommandContext, path: string): BlockContent | undefined {
  const mount = mountOfPath(ctx, path);
  return mount === undefined ? undefined : findDevice(ctx.storage, mount.source)?.content;
}

function freeBytes({ sizeBytes, usedBytes }: BlockContent): number {
  return Math.max(0, sizeBytes - usedBytes);
}

function openForWriting({ fs, storage }: LinuxCommandContext, path: string): string | undefined {
  const parent = path.slice(0, Math.max(1, path.lastIndexOf("/")));
  if (statPath(fs, followLinks(fs, parent))?.kind !== "directory") {
    return "No such file or directory";
  }
  if (storage.swaps.some((swap) => swap.path === path)) {
    return "Text file busy";
  }
  return statPath(fs, path)?.kind === "directory" ? "Is a directory" : undefined;
}
