import { Buffer } from "node:buffer";
import { addContent, type BlockDevice, isInUse, openDevice } from "../block-devices.ts";
import {
  done,
  failed,
  type LinuxCommand,
  type LinuxCommandContext,
  type LinuxOutcome,
} from "../command.ts";
import { createUuid } from "./create-uuid.ts";
import { type Options, type OptionSpec, readOptions } from "./options.ts";
import { parseSize } from "./sizes.ts";

const KIB = 1_024;
const MIB = KIB * KIB;

/** mkfs(8), mke2fs(8), mkfs.xfs(8), mkfs.btrfs(8), mkfs.fat(8). */
export function makeFileSystemCommands(): readonly LinuxCommand[] {
  return [mkfs, ...Object.keys(MAKERS).map((name) => maker(name))];
}

interface Maker {
  readonly type: string;
  readonly short: string;
  readonly long: Readonly<Record<string, string>>;
  readonly labelFlag: string;
  readonly labelLengthMax: number;
  readonly uuidFlag: string;
  readonly sizeBytesMin: number;
  /** What is wrong, in its own words. */
  refuse(ctx: LinuxCommandContext, device: BlockDevice, options: Options): string | undefined;
  readonly missing: (path: string) => string;
  readonly tooSmall: (path: string) => string;
}

const EXT_SHORT = "b:cC:d:DE:e:FG:g:I:i:J:jl:L:m:M:N:nO:o:qr:St:T:U:vVz:";

function ext(type: string): Maker {
  return {
    type,
    short: EXT_SHORT,
    long: {},
    labelFlag: "L",
    labelLengthMax: 16,
    uuidFlag: "U",
    sizeBytesMin: 60 * KIB,
    refuse({ storage }, { path }, options) {
      // Twice -F would go on even so; nobody should.
      if (storage.mounts.some(({ source }) => source === path)) {
        return `${path} is mounted; will not make a filesystem here!`;
      }
      return isBusy(storage, path) && (options.flags.get("F")?.length ?? 0) < 2
        ? `${path} is apparently in use by the system; will not make a filesystem here!`
        : undefined;
    },
    missing: (path) => `The file ${path} does not exist and no size was specified.`,
    tooSmall: (path) =>
      `${path}: Not enough space to build proposed filesystem while setting up superblock`,
  };
}

const xfs: Maker = {
  type: "xfs",
  short: "b:m:d:fi:l:n:p:qr:s:L:NKV",
  long: {},
  labelFlag: "L",
  labelLengthMax: 12,
  uuidFlag: "",
  sizeBytesMin: 300 * MIB,
  refuse({ storage }, device, options) {
    const { path } = device;
    if (storage.mounts.some(({ source }) => source === path)) {
      return `mkfs.xfs: ${path} contains a mounted filesystem`;
    }
    if (isBusy(storage, path)) {
      return `mkfs.xfs: cannot open ${path}: Device or resource busy`;
    }
    const found = foundOn(device);
    return found === undefined || options.has("f")
      ? undefined
      : `mkfs.xfs: ${path} appears to contain ${found.replace(/^a file system/u, "an existing filesystem")}.\nmkfs.xfs: Use the -f option to force overwrite.`;
  },
  missing: (path) => `Error accessing specified device ${path}: No such file or directory`,
  tooSmall: () => "Filesystem must be larger than 300MB.",
};

const btrfs: Maker = {
  type: "btrfs",
  short: "b:d:fKL:m:n:O:qr:s:U:vV",
  long: { "label:": "L", force: "f", quiet: "q", "uuid:": "U", nodiscard: "K" },
  labelFlag: "L",
  labelLengthMax: 255,
  uuidFlag: "U",
  sizeBytesMin: 114_294_784,
  refuse({ storage }, device, options) {
    const { path } = device;
    if (storage.mounts.some(({ source }) => source === path)) {
      return `ERROR: ${path} is mounted`;
    }
    if (isBusy(storage, path)) {
      return `ERROR: unable to open ${path}: Device or resource busy`;
    }
    const found = foundOn(device);
    return found === undefined || options.has("f")
      ? undefined
      : `ERROR: ${path} appears to contain ${found.replace(/^a file system/u, "an existing filesystem")}\nERROR: use the -f option to force overwrite`;
  },
  missing: (path) => `ERROR: cannot access '${path}': No such file or directory`,
  tooSmall: (path) =>
    `ERROR: '${path}' is too small to make a usable filesystem\nERROR: minimum size for each btrfs device is 114294784`,
};

const vfat: Maker = {
  type: "vfat",
  short: "aAb:cCD:f:F:g:h:i:Il:m:M:n:r:R:s:S:v",
  long: {},
  labelFlag: "n",
  labelLengthMax: 11,
  uuidFlag: "",
  sizeBytesMin: 64 * KIB,
  refuse({ storage }, device, options) {
    const { path, disk } = device;
    if (storage.mounts.some(({ source }) => source === path)) {
      return `mkfs.vfat: ${path} contains a mounted filesystem.`;
    }
    if (device.number === undefined && disk.kernel.length > 0 && !options.has("I")) {
      return `mkfs.vfat: Partitions or virtual mappings on device '${path}', not making filesystem (use -I to override)`;
    }
    return isBusy(storage, path)
      ? `mkfs.vfat: unable to open ${path}: Device or resource busy`
      : undefined;
  },
  missing: (path) => `mkfs.vfat: unable to open ${path}: No such file or directory`,
  tooSmall: (path) =>
    `mkfs.vfat: Attempting to create a too small or a too large filesystem: ${path}`,
};

const MAKERS: Readonly<Record<string, Maker>> = {
  "mkfs.ext2": ext("ext2"),
  "mkfs.ext3": ext("ext3"),
  "mkfs.ext4": ext("ext4"),
  mke2fs: ext("ext2"),
  "mkfs.xfs": xfs,
  "mkfs.btrfs": btrfs,
  "mkfs.vfat": vfat,
  "mkfs.fat": vfat,
};

/** A partition of the disk counts: the whole disk cannot be opened for oneself then. */
function isBusy(storage: LinuxCommandContext["storage"], path: string): boolean {
  const disk = storage.disks.find(({ name }) => path === `/dev/${name}`);
  return (
    isInUse(storage, path) ||
    (disk?.kernel.some(({ number }) =>
      isInUse(storage, `${path}${/\d$/u.test(path) ? "p" : ""}${number}`),
    ) ??
      false)
  );
}

/** "a file system (ext4)", "a partition table (gpt)" */
function foundOn({ content, number, disk }: BlockDevice): string | undefined {
  if (content !== undefined && content.type !== "raw") {
    return `a file system (${content.type})`;
  }
  return number === undefined && disk.table !== undefined
    ? `a partition table (${disk.table.type})`
    : undefined;
}

/** `mkfs -t TYPE …` calls mkfs.TYPE. */
const mkfs: LinuxCommand = {
  path: "/usr/sbin/mkfs",
  isChange: () => true,
  run(ctx, args) {
    const at = args.findIndex((word) => word === "-t" || word === "--type");
    const type = at === -1 ? "ext2" : (args[at + 1] ?? "");
    const rest = at === -1 ? args : [...args.slice(0, at), ...args.slice(at + 2)];
    const name = `mkfs.${type}`;
    if (!Object.hasOwn(MAKERS, name) || ctx.storage.faults.missingTools.includes(name)) {
      return failed(1, `mkfs: failed to execute ${name}: No such file or directory`);
    }
    const failure = ctx.storage.faults.failingTools[name];
    return failure === undefined ? maker(name).run(ctx, rest) : failed(1, failure);
  },
};

function maker(name: string): LinuxCommand {
  return {
    path: `/usr/sbin/${name}`,
    isChange: (args) => !args.includes("-V"),
    run(ctx, args) {
      const known = MAKERS[name];
      if (known === undefined) {
        return failed(1, `${name}: unknown`);
      }
      const spec: OptionSpec = { program: name, short: known.short, long: known.long };
      const read = readOptions(spec, args);
      if ("refusal" in read) {
        return read.refusal;
      }
      if (read.options.has("V")) {
        return done();
      }
      const wanted = read.options.value("t");
      const isOther = known.short === EXT_SHORT && wanted !== undefined;
      if (isOther && !/^ext[234]$/u.test(wanted)) {
        return failed(
          1,
          `mke2fs 1.47.0 (5-Feb-2023)\n\nYour mke2fs.conf file does not define the ${wanted} filesystem type.\nAborting...`,
        );
      }
      return make(ctx, isOther ? { ...known, type: wanted } : known, read.options, name);
    },
  };
}

function make(
  ctx: LinuxCommandContext,
  known: Maker,
  options: Options,
  name: string,
): LinuxOutcome {
  const [path, size] = options.operands;
  if (path === undefined) {
    return failed(1, `Usage: ${name} [options] device`);
  }
  const device = openDevice(ctx, path);
  if (device === undefined) {
    return failed(1, known.missing(path));
  }
  if (device.disk.isReadOnly) {
    return failed(1, `${name}: cannot open ${path}: Read-only file system`);
  }
  const wanted = options.value(known.labelFlag) ?? "";
  const isTooLong = Buffer.byteLength(wanted) > known.labelLengthMax;
  if (isTooLong && !known.type.startsWith("ext")) {
    return failed(1, `${name}: Label can be no longer than ${known.labelLengthMax} characters`);
  }
  const reason = known.refuse(ctx, device, options);
  if (reason !== undefined) {
    return failed(1, reason);
  }
  const sizeBytes = size === undefined ? device.sizeBytes : sizeOf(known, size);
  if (sizeBytes === undefined || sizeBytes < known.sizeBytesMin || sizeBytes > device.sizeBytes) {
    return failed(1, known.tooSmall(path));
  }
  const uuid = uuidOf(ctx, known, options);
  if (uuid === undefined) {
    return failed(1, `${path}: could not parse UUID: ${options.value("U") ?? ""}`);
  }
  const isDry = known.short === EXT_SHORT ? options.has("n") : options.has("N");
  if (!isDry) {
    if (device.number === undefined) {
      delete device.disk.table;
      device.disk.kernel = [];
    }
    addContent(device.disk, device.startSector, {
      type: known.type,
      label: wanted.slice(0, known.labelLengthMax),
      uuid,
      sizeBytes,
      usedBytes: Math.floor(sizeBytes / 64),
    });
  }
  const stderr = isTooLong
    ? `Warning: label too long; will be truncated to '${wanted.slice(0, known.labelLengthMax)}'\n`
    : "";
  return { exitCode: 0, stdout: options.has("q") ? "" : `Filesystem UUID: ${uuid}\n`, stderr };
}

/** mke2fs counts a bare number in blocks of 1 KiB; mkfs.fat too. */
function sizeOf(known: Maker, text: string): number | undefined {
  return /^\d+$/u.test(text) && known.type !== "btrfs" ? Number(text) * KIB : parseSize(text);
}

function uuidOf(ctx: LinuxCommandContext, known: Maker, options: Options): string | undefined {
  const given = known.uuidFlag === "" ? undefined : options.value(known.uuidFlag);
  if (known.type === "vfat") {
    const digits = createUuid(ctx).slice(0, 8).toUpperCase();
    return `${digits.slice(0, 4)}-${digits.slice(4)}`;
  }
  if (given === undefined || given === "random" || given === "time") {
    return createUuid(ctx);
  }
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu.test(given)
    ? given.toLowerCase()
    : undefined;
}
