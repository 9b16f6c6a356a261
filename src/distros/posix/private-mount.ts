import { Buffer } from "node:buffer";
import { errorMessage } from "../../text/error-message.ts";
import type { DistroContext } from "../distro.ts";

/** How a device is mounted. */
export interface PrivateMount {
  /** For messages and the mount point's name: "cd0". */
  readonly device: string;
  /** The command for a directory. */
  mount(directory: string): readonly string[];
  /** The program that undoes it. */
  readonly umount: string;
}

const MOUNT_TIMEOUT_MS = 60_000;
const UNMOUNT_DEADLINE_MS = 5000;
const UNMOUNT_INTERVAL_MS = 250;

/**
 * Mounts a disc at a private directory, runs `use` on that, unmounts the disc and removes the
 * directory, whatever happens. Throws what `use` threw, or why it cannot be mounted; an unmount that
 * keeps failing is a warning, since what was read is good.
 */
export async function withPrivateMount<T>(
  ctx: DistroContext,
  mount: PrivateMount,
  use: (directory: string) => T,
): Promise<T> {
  const { sys } = ctx;
  const suffix = Buffer.from(sys.random.bytes(8)).toString("hex");
  const directory = `${runDirectory(ctx)}/${mount.device}-${suffix}`;
  // User-data and passwords can be on the disc: nobody else may pass this directory.
  sys.fs.makeDirectory(directory, { mode: 0o700 });
  let isMounted = false;
  try {
    await sys.exec.run(mount.mount(directory), { timeoutMs: MOUNT_TIMEOUT_MS });
    isMounted = true;
    return use(directory);
  } finally {
    if (!isMounted || (await unmount(ctx, mount, directory))) {
      removeDirectory(ctx, directory);
    }
  }
}

function runDirectory(ctx: DistroContext): string {
  const { paths } = ctx.systemInfo;
  const configured =
    typeof paths === "object" && paths !== null && "run_dir" in paths ? paths.run_dir : undefined;
  return typeof configured === "string" && configured.startsWith("/")
    ? configured.replace(/\/+$/u, "")
    : "/run/cloud-init";
}

/** Tries again until the deadline, since a scanner may hold the file system for a moment. */
async function unmount(
  ctx: DistroContext,
  { device, umount }: PrivateMount,
  directory: string,
): Promise<boolean> {
  const { exec, clock } = ctx.sys;
  const deadline = clock.monotonicMs() + UNMOUNT_DEADLINE_MS;
  for (;;) {
    try {
      await exec.run([umount, directory], { timeoutMs: MOUNT_TIMEOUT_MS });
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
