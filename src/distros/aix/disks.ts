import type { DiskAdapter } from "../disk-adapter.ts";
import type { DistroContext } from "../distro.ts";
import type { LockPatience } from "./growth-lvm.ts";
import type { PlannedVolumes } from "./planned-volumes.ts";

/** What is waited for locks in one run, all commands together: the module does not run at the next boot. */
const LOCK_WAIT_MS = 120_000;

/** Volume groups, logical volumes and jfs2 file systems. Each part is loaded when it is called. */
export function createAixDisks(ctx: DistroContext, planned: PlannedVolumes): DiskAdapter {
  return {
    async ensureDisks(setup) {
      const { ensureVolumeGroups } = await import("./disks-groups.ts");
      const patience: LockPatience = { leftMs: LOCK_WAIT_MS };
      const { problems, ...made } = await ensureVolumeGroups(ctx, setup.disks, patience);
      if (setup.fileSystems.length === 0) {
        return problems;
      }
      const { ensureAixFileSystems } = await import("./disks-file-systems.ts");
      const context = { setup, planned, patience, ...made };
      return [...problems, ...(await ensureAixFileSystems(ctx, context))];
    },
  };
}
