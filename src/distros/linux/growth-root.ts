import { formatSize } from "../../text/format-size.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import type { FileSystemGrowth } from "../growth-adapter.ts";
import { readGrowthMemory, writeGrowthMemory } from "../growth-memory.ts";
import {
  type BlockDeviceFacts,
  findSystemProgram,
  readBlockDevice,
  readFileSystemBytes,
  readMounted,
} from "./growth-devices.ts";

const CHANGE_TIMEOUT_MS = 3_600_000;
/** In the background it begins when the stage has ended, at the latest after so long. */
const BACKGROUND_WAITS_MS = 30_000;
/** How often it is handed over for one size of the device. */
const BACKGROUND_ATTEMPTS_MAX = 3;
/** What statfs(2) leaves out of a file system that has the whole of its device: tables, a journal. */
const OVERHEAD_MAX = 0.1;

interface Resizer {
  readonly program: string;
  args(source: string): readonly string[];
}

const EXT: Resizer = { program: "resize2fs", args: (source) => [source] };
/** By type of file system; each grows a mounted one to the whole of its device. */
const RESIZERS: Readonly<Record<string, Resizer>> = {
  ext2: EXT,
  ext3: EXT,
  ext4: EXT,
  xfs: { program: "xfs_growfs", args: () => ["/"] },
  btrfs: { program: "btrfs", args: () => ["filesystem", "resize", "max", "/"] },
};

/**
 * The root file system takes the whole of its device, with resize2fs, xfs_growfs or btrfs. It is
 * told so once for each size that the device has: a boot where it has not changed only asks. What
 * became of a command that was left behind is seen by the next boot, which says where it did nothing.
 */
export async function growRootFileSystem(
  ctx: DistroContext,
  request: FileSystemGrowth,
): Promise<readonly Problem[]> {
  const { sys, log } = ctx;
  const problems = request.wishes.map(({ mountPoint, path }): Problem => ({
    message: `File system "${mountPoint}" is not grown: growfs has a meaning on AIX only. On Linux the root file system takes the whole of its partition`,
    severity: "warning",
    path,
  }));
  const skip = (reason: string): readonly Problem[] => {
    log.info(`The root file system is not grown: ${reason}`);
    return problems;
  };
  const mounted = await readMounted(sys, "/");
  if (typeof mounted === "string") {
    return skip(mounted);
  }
  const { source, type } = mounted;
  if (!source.startsWith("/dev/")) {
    return skip(`it is "${source}" (${type}), on no device of its own`);
  }
  if (mounted.isReadOnly) {
    return skip(`${source} is mounted read-only`);
  }
  const resizer = Object.hasOwn(RESIZERS, type) ? RESIZERS[type] : undefined;
  if (resizer === undefined) {
    return skip(`nothing is known that grows "${type}"`);
  }
  const program = findSystemProgram(sys, resizer.program);
  if (program === undefined) {
    return skip(`${resizer.program}, which grows ${type}, is not installed`);
  }
  const device = await readBlockDevice(sys, source);
  if (typeof device === "string") {
    return skip(device);
  }
  const argv = [program, ...resizer.args(source)];
  const grown = await growOnce(ctx, request, { argv, source, type, device });
  return [...problems, ...grown];
}

interface RootGrowth {
  readonly argv: readonly string[];
  readonly source: string;
  readonly type: string;
  readonly device: BlockDeviceFacts;
}

async function growOnce(
  { sys, log }: DistroContext,
  request: FileSystemGrowth,
  { argv, source, type, device }: RootGrowth,
): Promise<readonly Problem[]> {
  const line = argv.join(" ");
  const key = `${device.path} ${type}`;
  const memory = readGrowthMemory(sys.fs, request.memoryFile);
  const remember = (attempts: number): void => {
    memory.disks.set(key, { size: device.sizeBytes, attempts });
    writeGrowthMemory(sys.fs, request.memoryFile, memory);
  };
  const seen = memory.disks.get(key);
  const attempts = seen?.size === device.sizeBytes ? seen.attempts : undefined;
  // Where nothing tells how large it is, it counts as done.
  const bytes =
    attempts === undefined || attempts === 0 ? undefined : await readFileSystemBytes(sys, "/");
  const isShort = bytes !== undefined && bytes < device.sizeBytes * (1 - OVERHEAD_MAX);
  if (attempts !== undefined && !isShort) {
    log.debug(`The root file system takes the whole of ${source} already`);
    remember(0);
    return [];
  }
  if (request.inBackground) {
    const isGivenUp = (attempts ?? 0) >= BACKGROUND_ATTEMPTS_MAX;
    if (!isGivenUp) {
      await sys.exec.run(argv, { afterAgent: { waitsMs: BACKGROUND_WAITS_MS } });
      log.info(`The root file system is grown in the background: ${line}`);
      remember((attempts ?? 0) + 1);
    }
    if (!isShort) {
      return [];
    }
    const next = isGivenUp
      ? 'It is not tried again: "resize_rootfs: true" shows what stops it'
      : "It is tried again";
    const message = `The root file system was to grow in the background by "${line}", and has ${formatSize(bytes)} of the ${formatSize(device.sizeBytes)} of ${source}. ${next}`;
    return [{ message, path: ["resize_rootfs"] }];
  }
  const { exitCode, stderr } = await sys.exec.run(argv, {
    okExitCodes: "any",
    timeoutMs: CHANGE_TIMEOUT_MS,
  });
  if (exitCode !== 0) {
    const message = `Cannot grow the root file system (${type} on ${source}, a device of ${formatSize(device.sizeBytes)}): "${line}" ended with exit code ${exitCode}: ${stderr.trim().replace(/\s+/gu, " ")}`;
    return [{ message, path: ["resize_rootfs"] }];
  }
  log.info(`The root file system takes the whole of ${source} (${formatSize(device.sizeBytes)})`);
  remember(0);
  return [];
}
