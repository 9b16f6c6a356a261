import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { findVolumeOfDevice, padCells } from "../lvm.ts";

/** How much of each file system is taken here: a tenth. */
const USED_SHARE = 0.1;

/** Free space of mounted file systems, in 512-byte blocks, KB (-k), MB (-m) or GB (-g); -P as POSIX has it. */
export const df: SimulatedCommand = {
  path: "/usr/bin/df",
  isChange: () => false,
  run(ctx, args) {
    const flags = parseFlags(args, "Pkmg");
    if (typeof flags === "string") {
      return usageError(
        "df",
        flags,
        "df [-P] [-k | -m | -g] [FileSystem | Device | Directory]...",
        1,
      );
    }
    const { mounts } = ctx.machine;
    const wanted = flags.operands.map((path) => ({
      path,
      mount: [...mounts]
        .filter(
          ({ directory, device }) =>
            device === path ||
            directory === "/" ||
            path === directory ||
            path.startsWith(`${directory}/`),
        )
        .sort(
          (a, b) =>
            Number(b.device === path) - Number(a.device === path) ||
            b.directory.length - a.directory.length,
        )[0],
    }));
    const missing = wanted.find(
      ({ path, mount }) =>
        mount === undefined ||
        !path.startsWith("/") ||
        (ctx.fs.stat(path) === undefined && mount.device !== path),
    );
    if (missing !== undefined) {
      return failed(1, `df: ${missing.path}: A file or directory in the path name does not exist.`);
    }
    const unit = flags.has("g") ? 2_097_152 : flags.has("m") ? 2_048 : flags.has("k") ? 2 : 1;
    const title = flags.has("g")
      ? "GB blocks"
      : flags.has("m")
        ? "MB blocks"
        : flags.has("k")
          ? "1024-blocks"
          : "512-blocks";
    const chosen = wanted.length === 0 ? mounts : wanted.flatMap(({ mount }) => mount ?? []);
    const rows = chosen.map(({ device, directory, node }) => {
      const name = node === undefined ? device : `${node}:${device}`;
      const blocks = findVolumeOfDevice(ctx.machine, device)?.volume.fileSystem?.blocks;
      if (blocks === undefined) {
        return flags.has("P")
          ? [name, "-", "-", "-", "-", directory]
          : [name, "-", "-", "-", "-", "-", directory];
      }
      const show = (count: number): string =>
        flags.has("g") ? (count / unit).toFixed(2) : String(Math.floor(count / unit));
      const used = Math.floor(blocks * USED_SHARE);
      return flags.has("P")
        ? [name, show(blocks), show(used), show(blocks - used), "10%", directory]
        : [name, show(blocks), show(blocks - used), "10%", "1000", "1%", directory];
    });
    const header = flags.has("P")
      ? ["Filesystem", title, "Used", "Available", "Capacity", "Mounted on"]
      : ["Filesystem", title, "Free", "%Used", "Iused", "%Iused", "Mounted on"];
    const widths = flags.has("P") ? [19, 14, 12, 12, 10] : [15, 14, 12, 8, 9, 8];
    return done([header, ...rows].map((cells) => padCells(widths, cells)).join(""));
  },
};
