import type { DistroContext } from "../distro.ts";
import type { GrowthAdapter } from "../growth-adapter.ts";
import type { GrowthRun } from "./growth-lvm.ts";
import type { SeenRootDisks } from "./seen-root-disks.ts";

/** What is waited for locks in one run of the agent, all commands together. */
const LOCK_WAIT_MS = 30_000;

/** Volume groups by chvg, file systems by chfs. Each part is loaded when it is called. */
export function createAixGrowth(ctx: DistroContext, rootDisks: SeenRootDisks): GrowthAdapter {
  const run: GrowthRun = { plannedGain: new Map(), patience: { leftMs: LOCK_WAIT_MS }, rootDisks };
  return {
    async growDisks(request) {
      const { growVolumeGroups } = await import("./growth-volume-groups.ts");
      return growVolumeGroups(ctx, request, run);
    },
    async growFileSystems(request) {
      if (request.wishes.length === 0) {
        const message =
          'No file system is grown: AIX keeps its system in several ("/", "/usr", "/var", "/opt", …), and which of them gets the room is not to be guessed. Name them in growfs';
        (request.isRootNamed ? ctx.log.info : ctx.log.debug)(message);
        return [];
      }
      const { growAixFileSystems } = await import("./growth-file-systems.ts");
      return growAixFileSystems(ctx, request, run);
    },
  };
}
