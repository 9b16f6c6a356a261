import type { DistroContext } from "../distro.ts";
import type { GrowthAdapter } from "../growth-adapter.ts";

/** Partitions by growpart, the root file system by its own tool. Each part is loaded when it is called. */
export function createLinuxGrowth(ctx: DistroContext): GrowthAdapter {
  return {
    async growDisks(request) {
      return (await import("./growth-partitions.ts")).growPartitions(ctx, request);
    },
    async growFileSystems(request) {
      return (await import("./growth-root.ts")).growRootFileSystem(ctx, request);
    },
  };
}
