import { foldName } from "../../iso9660/names.ts";
import { createDirectoryTree } from "../../system/directory-tree.ts";
import type { FileTree } from "../../system/file-tree.ts";
import { errorMessage } from "../../text/error-message.ts";
import type { DistroContext } from "../distro.ts";

/**
 * Mounts a CD read-only at a private directory, runs `use` on what is there, unmounts it and
 * removes the directory, whatever happens. Throws what `use` threw, or why it cannot be mounted;
 * an unmount that keeps failing is a warning, since what was read is good.
 */
export async function withMountedDisc<T>(
  ctx: DistroContext,
  device: string,
  use: (tree: FileTree) => T,
): Promise<T> {
  const { sys } = ctx;
  const directory = `${runDirectory(ctx)}/${device}-${Buffer.from(sys.random.bytes(8)).toString("hex")}`;
  // User-data and passwords can be on the disc: nobody else may pass this directory.
  sys.fs.makeDirectory(directory, { mode: 0o700 });
  let isMounted = false;
  try {
    // "-v cdrfs" names the type, since AIX finds none out by itself (aix commands.md §5).
    await sys.exec.run(
      ["/usr/sbin/mount", "-v", "cdrfs", "-o", "ro", `/dev/${device}`, directory],
      { timeoutMs: MOUNT_TIMEOUT_MS },
    );
    isMounted = true;
    return use(createDiscTree(ctx, directory));
  } finally {
    if (!isMounted || (await unmount(ctx, device, directory))) {
      removeDirectory(ctx, directory);
    }
  }
}

/** The tree of a disc that is mounted at `directory`. The disc's own links are not followed. */
export function createDiscTree(ctx: DistroContext, directory: string): FileTree {
  // How cdrfs spells names of a disc without Rock Ridge is unconfirmed: both ways are found.
  return createDirectoryTree(ctx.sys.fs, directory, { followLinks: false, foldName });
}

const MOUNT_TIMEOUT_MS = 60_000;
const UNMOUNT_DEADLINE_MS = 5000;
const UNMOUNT_INTERVAL_MS = 250;

function runDirectory(ctx: DistroContext): string {
  const { paths } = ctx.systemInfo;
  const configured =
    typeof paths === "object" && paths !== null && "run_dir" in paths ? paths.run_dir : undefined;
  return typeof configured === "string" && configured.startsWith("/")
    ? configured.replace(/\/+$/u, "")
    : "/run/cloud-init";
}

/** Tries again until the deadline, since a scanner may hold the file system for a moment. */
async function unmount(ctx: DistroContext, device: string, directory: string): Promise<boolean> {
  const { exec, clock } = ctx.sys;
  const deadline = clock.monotonicMs() + UNMOUNT_DEADLINE_MS;
  for (;;) {
    try {
      await exec.run(["/usr/sbin/umount", directory], { timeoutMs: MOUNT_TIMEOUT_MS });
      return true;
    } catch (error) {
      if (clock.monotonicMs() >= deadline) {
        ctx.log.warn(
          `Cannot unmount "${device}" from "${directory}" (${errorMessage(error)}): unmount it by hand, its content can hold passwords`,
        );
        return false;
      }
    }
    await clock.sleep(UNMOUNT_INTERVAL_MS);
  }
}

function removeDirectory(ctx: DistroContext, directory: string): void {
  try {
    ctx.sys.fs.remove(directory);
  } catch (error) {
    ctx.log.warn(`Cannot remove the mount point "${directory}": ${errorMessage(error)}`);
  }
}
