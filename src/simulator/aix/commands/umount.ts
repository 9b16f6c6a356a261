import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { SYSTEM_DIRECTORIES } from "../mount-stanza.ts";
import { unmountTree, unmountVolume } from "../mount-table.ts";

const USAGE = "umount [-f] {Device | Directory}";

/** Unmounts a disc, a jfs2 volume or an NFS directory, by its device or its directory. */
export const umount: SimulatedCommand = {
  path: "/usr/sbin/umount",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "f");
    if (typeof flags === "string") {
      return usageError("umount", flags, USAGE, 1);
    }
    const [target, ...rest] = flags.operands;
    if (target === undefined || rest.length > 0) {
      return usageError("umount", "", USAGE, 1);
    }
    const mount = ctx.machine.mounts.find(
      ({ device, directory, node }) =>
        directory === target || (node === undefined ? device : `${node}:${device}`) === target,
    );
    if (mount === undefined) {
      return failed(1, "umount: 0506-347 Cannot find anything to unmount.");
    }
    if (mount.vfs !== "cdrfs" && !SYSTEM_DIRECTORIES.has(mount.directory)) {
      unmountVolume(ctx.machine, ctx.fs, mount);
      return done();
    }
    if (mount.vfs !== "cdrfs") {
      return failed(
        1,
        `umount: 0506-349 Cannot unmount ${mount.device}: The requested resource is busy.`,
      );
    }
    unmountTree(ctx.machine, ctx.fs, mount);
    return done();
  },
};
