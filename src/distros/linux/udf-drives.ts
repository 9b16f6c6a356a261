import { createDirectoryTree } from "../../system/directory-tree.ts";
import type { Disc, DistroContext } from "../distro.ts";
import { withPrivateMount } from "../posix/private-mount.ts";

/**
 * Linux's optical drives, lowest first, as discs in UDF, which only the kernel reads: mounted
 * read-only while one is read, which fails where something else is in it.
 */
export function listLinuxUdfDrives(ctx: DistroContext): readonly Disc[] {
  const { fs } = ctx.sys;
  const names = fs.stat("/dev") === undefined ? [] : fs.list("/dev");
  return names
    .filter((name) => /^sr\d{1,3}$/u.test(name))
    .sort((a, b) => Number(a.slice(2)) - Number(b.slice(2)))
    .map((name) => createUdfDisc(ctx, name));
}

function createUdfDisc(ctx: DistroContext, name: string): Disc {
  const device = `/dev/${name}`;
  return {
    device,
    label: "",
    read: (use) =>
      withPrivateMount(
        ctx,
        {
          device: name,
          mount: (directory) => [
            "/usr/bin/mount",
            "-t",
            "udf",
            "-o",
            "ro,nosuid,nodev,noexec",
            device,
            directory,
          ],
          umount: "/usr/bin/umount",
        },
        (directory) => use(createDirectoryTree(ctx.sys.fs, directory, { followLinks: false })),
      ),
  };
}
