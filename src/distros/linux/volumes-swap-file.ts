import { CommandError } from "../../system/command-error.ts";
import { readTextIfExists } from "../../system/files.ts";
import { errorMessage } from "../../text/error-message.ts";
import type { DistroContext } from "../distro.ts";

const FALLOCATE = "/usr/bin/fallocate";
const DD = "/usr/bin/dd";
const CHATTR = "/usr/bin/chattr";
const MKSWAP = "/usr/sbin/mkswap";
const SWAPON = "/usr/sbin/swapon";
const MIB = 2 ** 20;
const MODE = 0o600;
/** Zeros for a large file on a slow disk. */
const FILL_TIMEOUT_MS = 3_600_000;

/** An empty file that is there as long as the swap file is not finished: a later boot then knows whose it is. */
export function unfinishedMark(file: string): string {
  return `${file}.cloud-init-unfinished`;
}

/**
 * Makes a swap file where nothing is, readable by root alone before anything is in it, and swaps to
 * it. Returns what went wrong; then nothing of it is left.
 */
export async function makeSwapFile(
  ctx: DistroContext,
  file: string,
  megabytes: number,
  fileSystemType: string,
): Promise<string | undefined> {
  const { fs, exec } = ctx.sys;
  const mark = unfinishedMark(file);
  try {
    fs.write(mark, "", { mode: MODE, durable: true });
    fs.write(file, "", { mode: MODE, exclusive: true });
    if (fileSystemType === "btrfs") {
      // Files that are copied on write cannot be swapped to (btrfs(5), SWAPFILE SUPPORT).
      await exec.run([CHATTR, "+C", file]);
    }
    await fill(ctx, file, megabytes, fileSystemType);
    await exec.run([MKSWAP, file]);
    const failure = await runSwapon(ctx, file);
    if (failure !== undefined) {
      throw new Error(failure);
    }
    fs.remove(mark);
    return undefined;
  } catch (error) {
    fs.remove(file);
    fs.remove(mark);
    return errorMessage(error);
  }
}

/** Swaps to the file; what went wrong, or undefined. */
export async function runSwapon(ctx: DistroContext, file: string): Promise<string | undefined> {
  const argv = [SWAPON, file];
  const result = await ctx.sys.exec.run(argv, { okExitCodes: "any" });
  return result.exitCode === 0 ? undefined : new CommandError(argv, result).message;
}

/** The blocks: by fallocate where that gives blocks that can be swapped to, else zeros are written. */
async function fill(
  { sys, log }: DistroContext,
  file: string,
  megabytes: number,
  fileSystemType: string,
): Promise<void> {
  if (fileSystemType !== "xfs" || isSwappableXfs(sys.fs)) {
    const argv = [FALLOCATE, "-l", String(megabytes * MIB), file];
    const result = await sys.exec.run(argv, { okExitCodes: "any" });
    if (result.exitCode === 0) {
      return;
    }
    log.debug(`${new CommandError(argv, result).message}; zeros are written instead`);
  }
  await sys.exec.run([DD, "if=/dev/zero", `of=${file}`, "bs=1M", `count=${megabytes}`], {
    timeoutMs: FILL_TIMEOUT_MS,
  });
}

/** Before 4.18 the kernel takes what fallocate reserves on XFS for holes. */
function isSwappableXfs(fs: DistroContext["sys"]["fs"]): boolean {
  const release = readTextIfExists(fs, "/proc/sys/kernel/osrelease") ?? "";
  const [, major = "0", minor = "0"] = /^(\d+)\.(\d+)/u.exec(release) ?? [];
  return Number(major) > 4 || (Number(major) === 4 && Number(minor) >= 18);
}
