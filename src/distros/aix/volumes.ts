import type { DistroContext } from "../distro.ts";
import type { VolumeAdapter } from "../volume-adapter.ts";

/** Volume groups, /etc/filesystems and paging space. Each part is loaded when it is called. */
export function createAixVolumes(ctx: DistroContext): VolumeAdapter {
  return {
    async ensureMounts(entries) {
      return (await import("./volumes-mounts.ts")).ensureAixMounts(ctx, entries);
    },
    async ensureSwap(swap) {
      return (await import("./volumes-paging.ts")).ensurePagingSpace(ctx, swap);
    },
  };
}
