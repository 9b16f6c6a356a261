import type { DistroContext } from "../distro.ts";
import type { PowerAdapter } from "../power-adapter.ts";
import type { SeenRootDisks } from "./seen-root-disks.ts";

/** A partition that runs AIX. Each part is loaded when it is called. */
export function createAixPower(ctx: DistroContext, rootDisks: SeenRootDisks): PowerAdapter {
  return {
    async ensureVolumeGroups() {
      return (await import("./restore-volume-groups.ts")).restoreVolumeGroups(ctx);
    },
    async ensureHealthCheckInterval(seconds) {
      const { ensureHealthCheckInterval } = await import("./health-check-interval.ts");
      return ensureHealthCheckInterval(ctx, seconds);
    },
    async ensureBootList() {
      return (await import("./boot-list.ts")).ensureAixBootList(ctx, rootDisks);
    },
    async resetRmc() {
      const { resetRmc } = await import("../posix/reset-rmc.ts");
      const { ensureRmcRuns, isRsctDown } = await import("./rmc-subsystem.ts");
      return resetRmc(ctx, {
        isDown: () => isRsctDown(ctx.sys),
        ensureRuns: (said) => ensureRmcRuns(ctx, said),
      });
    },
    async ensureDevicesKept() {
      return (await import("./keep-devices.ts")).ensureDevicesKept(ctx);
    },
  };
}
