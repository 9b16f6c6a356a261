import { type BlockDevice, findDevice, lastMount, openDevice, statPath } from "../block-devices.ts";
import {
  done,
  failed,
  type LinuxCommand,
  type LinuxCommandContext,
  type LinuxOutcome,
} from "../command.ts";
import type { BlockContent, LinuxMount } from "../storage.ts";
import { type OptionSpec, readOptions } from "./options.ts";
import { formatSize, parseSize } from "./sizes.ts";

const BLOCK_BYTES = 4_096;

const RESIZE2FS: OptionSpec = { program: "resize2fs", short: "d:fFMPpS:bsz:", long: {} };
const VERSION = "resize2fs 1.47.0 (5-Feb-2023)\n";

/** resize2fs(8): ext2, ext3, ext4, mounted or not. Its version goes to standard error. */
export const resize2fs: LinuxCommand = {
  path: "/usr/sbin/resize2fs",
  isChange: (args) => !args.includes("-P"),
  run(ctx, args) {
    const read = readOptions(RESIZE2FS, args);
    const [path, size] = "refusal" in read ? [] : read.options.operands;
    if ("refusal" in read || path === undefined) {
      return failed(
        1,
        `${VERSION}Usage: resize2fs [-d debug_flags] [-f] [-F] [-M] [-P] [-p] device [-b|-s|new_size] [-S RAID-stride] [-z undo_file]`,
      );
    }
    const device = openDevice(ctx, path);
    if (device === undefined) {
      return failed(1, `${VERSION}open: No such file or directory while opening ${path}`);
    }
    const { content } = device;
    if (content === undefined || !/^ext[234]$/u.test(content.type)) {
      return failed(
        1,
        `${VERSION}resize2fs: Bad magic number in super-block while trying to open ${path}\nCouldn't find valid filesystem superblock.`,
      );
    }
    if (read.options.has("P")) {
      return {
        ...done(
          `Estimated minimum size of the filesystem: ${Math.ceil(content.usedBytes / BLOCK_BYTES)}\n`,
        ),
        stderr: VERSION,
      };
    }
    const wanted = size === undefined ? device.sizeBytes : bytesOf(size);
    if (wanted === undefined) {
      return failed(1, `${VERSION}resize2fs: Invalid new size: ${size ?? ""}`);
    }
    return resizeExt(ctx, device, content, { path, wanted });
  },
};

function resizeExt(
  { storage }: LinuxCommandContext,
  device: BlockDevice,
  content: BlockContent,
  { path, wanted }: { readonly path: string; readonly wanted: number },
): LinuxOutcome {
  const blocks = Math.floor(wanted / BLOCK_BYTES);
  const mounted = storage.mounts.find(({ source }) => source === device.path);
  if (wanted > device.sizeBytes) {
    return failed(
      1,
      `${VERSION}The containing partition (or device) is only ${Math.floor(device.sizeBytes / BLOCK_BYTES)} (4k) blocks.\nYou requested a new size of ${blocks} blocks.\n`,
    );
  }
  if (blocks === Math.floor(content.sizeBytes / BLOCK_BYTES)) {
    return {
      ...done(),
      stderr: `${VERSION}The filesystem is already ${blocks} (4k) blocks long.  Nothing to do!\n\n`,
    };
  }
  if (wanted < content.sizeBytes && mounted !== undefined) {
    return failed(1, `${VERSION}resize2fs: On-line shrinking not supported`);
  }
  if (wanted < content.usedBytes) {
    return failed(
      1,
      `${VERSION}resize2fs: New size smaller than minimum (${Math.ceil(content.usedBytes / BLOCK_BYTES)})\n`,
    );
  }
  if (mounted?.options.split(",").includes("ro") === true) {
    return failed(
      1,
      `${VERSION}resize2fs: Read-only file system While checking for on-line resizing support`,
    );
  }
  content.sizeBytes = blocks * BLOCK_BYTES;
  const online =
    mounted === undefined
      ? `Resizing the filesystem on ${path} to ${blocks} (4k) blocks.\n`
      : `Filesystem at ${path} is mounted on ${mounted.target}; on-line resizing required\nold_desc_blocks = 1, new_desc_blocks = 2\n`;
  return {
    exitCode: 0,
    stdout: `${online}The filesystem on ${path} is now ${blocks} (4k) blocks long.\n\n`,
    stderr: VERSION,
  };
}

/** A bare number counts blocks; "s" sectors. */
function bytesOf(text: string): number | undefined {
  if (/^\d+s$/u.test(text)) {
    return Number.parseInt(text, 10) * 512;
  }
  return /^\d+$/u.test(text) ? Number(text) * BLOCK_BYTES : parseSize(text);
}

const XFS: OptionSpec = { program: "xfs_growfs", short: "dD:e:ilL:m:nrR:txV", long: {} };

/** xfs_growfs(8): only where it is mounted; takes the mount point, and since 4.12 the device too. */
export const xfsGrowfs: LinuxCommand = {
  path: "/usr/sbin/xfs_growfs",
  isChange: (args) => !args.includes("-n") && !args.includes("-V"),
  run(ctx, args) {
    const read = readOptions(XFS, args);
    const [path] = "refusal" in read ? [] : read.options.operands;
    if ("refusal" in read || path === undefined) {
      return failed(2, "Usage: xfs_growfs [options] mountpoint");
    }
    const mount = mountedAt(ctx, path);
    const device = mount === undefined ? undefined : findDevice(ctx.storage, mount.source);
    if (mount?.type !== "xfs" || device?.content === undefined) {
      return failed(1, `xfs_growfs: ${path} is not a mounted XFS filesystem`);
    }
    const { content } = device;
    const before = Math.floor(content.sizeBytes / BLOCK_BYTES);
    const wanted = read.options.value("D");
    const after =
      wanted === undefined ? Math.floor(device.sizeBytes / BLOCK_BYTES) : Number(wanted);
    const info = `meta-data=${mount.source} isize=512 agcount=4\ndata     =                       bsize=4096   blocks=${before}, imaxpct=25\n`;
    if (read.options.has("n")) {
      return done(info);
    }
    if (after > Math.floor(device.sizeBytes / BLOCK_BYTES)) {
      return failed(
        1,
        `data size ${after} too large, maximum is ${Math.floor(device.sizeBytes / BLOCK_BYTES)}`,
      );
    }
    if (after <= before) {
      return done(`${info}data size unchanged, skipping\n`);
    }
    content.sizeBytes = after * BLOCK_BYTES;
    return done(`${info}data blocks changed from ${before} to ${after}\n`);
  },
};

/** btrfs(8): `filesystem resize SIZE PATH`, where it is mounted; `filesystem show`. */
export const btrfs: LinuxCommand = {
  path: "/usr/bin/btrfs",
  isChange: (args) => "resize".startsWith(args[1] ?? "-") && (args[1] ?? "").length > 0,
  run(ctx, args) {
    const [group = "", verb = "", ...rest] = args;
    const words = rest.filter((word) => !word.startsWith("-") || /^-\d/u.test(word));
    if (!"filesystem".startsWith(group) || group === "" || verb !== "resize") {
      return failed(1, `btrfs: unknown command '${args.join(" ")}'`);
    }
    const [size, path] = words;
    if (size === undefined || path === undefined) {
      return failed(
        1,
        `btrfs filesystem resize: exactly 2 arguments expected, ${words.length} given`,
      );
    }
    const mount = lastMount(ctx.storage, ({ target }) => target === path);
    const device = mount === undefined ? undefined : findDevice(ctx.storage, mount.source);
    if (mount?.type !== "btrfs" || device?.content === undefined) {
      return failed(
        1,
        statPath(ctx.fs, path) === undefined
          ? `ERROR: cannot access '${path}': No such file or directory`
          : `ERROR: not a btrfs filesystem: ${path}`,
      );
    }
    if (mount.options.split(",").includes("ro")) {
      return failed(1, `ERROR: unable to resize '${path}': Read-only file system`);
    }
    const { content } = device;
    const wanted = sizeAfter(size.replace(/^\d+:/u, ""), content.sizeBytes, device.sizeBytes);
    if (wanted === undefined) {
      return failed(1, `ERROR: unable to resize '${path}': Invalid argument`);
    }
    if (wanted > device.sizeBytes) {
      return failed(1, `ERROR: unable to resize '${path}': no enough free space`);
    }
    const before = formatSize(content.sizeBytes);
    content.sizeBytes = wanted;
    return done(`Resize device id 1 (${device.path}) from ${before} to ${size}\n`);
  },
};

function sizeAfter(text: string, old: number, max: number): number | undefined {
  if (text === "max") {
    return max;
  }
  const bytes = parseSize(text.replace(/^[+-]/u, ""));
  if (bytes === undefined) {
    return undefined;
  }
  return text.startsWith("+") ? old + bytes : text.startsWith("-") ? old - bytes : bytes;
}

function mountedAt(ctx: LinuxCommandContext, path: string): LinuxMount | undefined {
  const device = openDevice(ctx, path)?.path;
  return lastMount(
    ctx.storage,
    ({ source, target }) => target === path || source === (device ?? path),
  );
}
