import { formatSize } from "../../text/format-size.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import type { FileSystemGrowth } from "../growth-adapter.ts";
import { readGrowthMemory, writeGrowthMemory } from "../growth-memory.ts";
import { findSystemProgram, readBlockDevice, readMounted } from "./growth-devices.ts";

const CHANGE_TIMEOUT_MS = 3_600_000;
/** In the background it begins when the stage has ended, at the latest after so long. */
const BACKGROUND_WAITS_MS = 30_000;

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
 * told so once for each size that the device has: a boot where it has not changed only asks.
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
  const key = `${device.path} ${type}`;
  const memory = readGrowthMemory(sys.fs, request.memoryFile);
  if (memory.disks.get(key)?.size === device.sizeBytes) {
    log.debug(`The root file system takes the whole of ${source} already`);
    return problems;
  }
  const argv = [program, ...resizer.args(source)];
  if (request.inBackground) {
    await sys.exec.run(argv, { afterAgent: { waitsMs: BACKGROUND_WAITS_MS } });
    log.info(`The root file system is grown in the background: ${argv.join(" ")}`);
    return problems;
  }
  const { exitCode, stderr } = await sys.exec.run(argv, {
    okExitCodes: "any",
    timeoutMs: CHANGE_TIMEOUT_MS,
  });
  if (exitCode !== 0) {
    const message = `Cannot grow the root file system (${type} on ${source}, a device of ${formatSize(device.sizeBytes)}): "${argv.join(" ")}" ended with exit code ${exitCode}: ${stderr.trim().replace(/\s+/gu, " ")}`;
    return [...problems, { message, path: ["resize_rootfs"] }];
  }
  log.info(`The root file system takes the whole of ${source} (${formatSize(device.sizeBytes)})`);
  memory.disks.set(key, { size: device.sizeBytes, attempts: 0 });
  writeGrowthMemory(sys.fs, request.memoryFile, memory);
  return problems;
}
