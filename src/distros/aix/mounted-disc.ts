import { foldName } from "../../iso9660/names.ts";
import { createDirectoryTree } from "../../system/directory-tree.ts";
import type { FileTree } from "../../system/file-tree.ts";
import type { DistroContext } from "../distro.ts";
import { withPrivateMount } from "../posix/private-mount.ts";

/** Mounts a CD read-only for as long as `use` reads it. Throws what `use` threw, or why it cannot be mounted. */
export function withMountedDisc<T>(
  ctx: DistroContext,
  device: string,
  use: (tree: FileTree) => T,
): Promise<T> {
  return withPrivateMount(
    ctx,
    {
      device,
      // "-v cdrfs" names the type, since AIX finds none out by itself (aix commands.md §5).
      mount: (directory) => [
        "/usr/sbin/mount",
        "-v",
        "cdrfs",
        "-o",
        "ro",
        `/dev/${device}`,
        directory,
      ],
      umount: "/usr/sbin/umount",
    },
    (directory) => use(createDiscTree(ctx, directory)),
  );
}

/** The tree of a disc that is mounted at `directory`. The disc's own links are not followed. */
export function createDiscTree(ctx: DistroContext, directory: string): FileTree {
  // How cdrfs spells names of a disc without Rock Ridge is unconfirmed: both ways are found.
  return createDirectoryTree(ctx.sys.fs, directory, { followLinks: false, foldName });
}
