import { rereadTable } from "./partition-table.ts";
import type { LinuxCommandContext } from "./command.ts";
import { readFstab } from "./storage-commands/fstab.ts";
import { mount } from "./storage-commands/mount.ts";
import { swapon } from "./storage-commands/swapon.ts";

/**
 * What a boot does with storage: nothing is mounted any more but the root, the kernel reads the
 * tables anew, then what /etc/fstab names is mounted. Returns what systemd would stop at in emergency
 * mode: an entry that fails, and is neither `nofail` nor of the network (systemd.mount(5)).
 */
export function bootStorage(ctx: LinuxCommandContext, bootMounts: number): string | undefined {
  const { storage } = ctx;
  storage.mounts = storage.mounts.slice(0, bootMounts);
  storage.swaps = [];
  for (const disk of storage.disks) {
    rereadTable(storage, disk);
  }
  let emergency: string | undefined;
  for (const { target, type, options } of readFstab(ctx.fs)?.entries ?? []) {
    const words = options.split(",");
    if (type === "swap" || target === "/" || target === "none" || words.includes("noauto")) {
      continue;
    }
    // systemd makes the directory of an entry.
    ctx.fs.makeDirectory(target);
    const { exitCode, stderr } = mount.run(ctx, [target]);
    if (exitCode !== 0 && !words.some((word) => word === "nofail" || word === "_netdev")) {
      emergency ??= stderr.trim();
    }
  }
  swapon.run(ctx, ["-a"]);
  return emergency;
}
