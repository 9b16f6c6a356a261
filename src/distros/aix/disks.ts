import type { DiskAdapter } from "../disk-adapter.ts";
import type { DistroContext } from "../distro.ts";
import type { PlannedVolumes } from "./planned-volumes.ts";

/** Volume groups, logical volumes and jfs2 file systems. Each part is loaded when it is called. */
export function createAixDisks(ctx: DistroContext, planned: PlannedVolumes): DiskAdapter {
  return {
    async ensureDisks(setup) {
      const { ensureVolumeGroups } = await import("./disks-groups.ts");
      const { problems, groups } = await ensureVolumeGroups(ctx, setup.disks);
      if (setup.fileSystems.length === 0) {
        return problems;
      }
      const { ensureAixFileSystems } = await import("./disks-file-systems.ts");
      return [...problems, ...(await ensureAixFileSystems(ctx, { setup, groups, planned }))];
    },
  };
}
