import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import type { VolumeAdapter } from "../volume-adapter.ts";
import type { PlannedVolumes } from "./planned-volumes.ts";

/** Volume groups, /etc/filesystems and paging space. Each part is loaded when it is called. */
export function createAixVolumes(ctx: DistroContext, planned: PlannedVolumes): VolumeAdapter {
  return {
    async ensure({ mounts, swap }) {
      const problems: Problem[] = [];
      if (mounts !== undefined) {
        const { ensureAixMounts } = await import("./volumes-mounts.ts");
        problems.push(...(await ensureAixMounts(ctx, mounts, planned)));
      }
      if (swap !== undefined) {
        const { ensurePagingSpace } = await import("./volumes-paging.ts");
        problems.push(...(await ensurePagingSpace(ctx, swap)));
      }
      return problems;
    },
  };
}
