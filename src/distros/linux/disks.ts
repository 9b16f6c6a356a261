import type { DiskAdapter } from "../disk-adapter.ts";
import type { DistroContext } from "../distro.ts";

/** Partition tables and file systems. Each part is loaded when it is called. */
export function createLinuxDisks(ctx: DistroContext): DiskAdapter {
  return {
    async ensureDisks({ disks, fileSystems }) {
      const { ensurePartitions } = await import("./disks-partitions.ts");
      const { problems, planned } = await ensurePartitions(ctx, disks);
      if (fileSystems.length === 0) {
        return problems;
      }
      const { ensureLinuxFileSystems } = await import("./disks-file-systems.ts");
      return [...problems, ...(await ensureLinuxFileSystems(ctx, fileSystems, planned))];
    },
  };
}
