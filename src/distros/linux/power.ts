import { readTextIfExists } from "../../system/files.ts";
import { pollUntil } from "../../system/retry.ts";
import type { System } from "../../system/system.ts";
import type { DistroContext } from "../distro.ts";
import type { PowerAdapter } from "../power-adapter.ts";
import { isPowerVm } from "./power-hardware.ts";

const KILL = "/bin/kill";
const END_TIMEOUT_MS = 30_000;
const END_INTERVAL_MS = 500;

/** A partition that runs Linux. Each part is loaded when it is called. */
export function createLinuxPower(ctx: DistroContext): PowerAdapter {
  return {
    async ensureBootList() {
      return (await import("./boot-list.ts")).ensureLinuxBootList(ctx);
    },
    async resetRmc() {
      if (!isPowerVm(ctx.sys)) {
        ctx.log.debug("This is no PowerVM partition: there is no RMC to reset");
        return [];
      }
      const { resetRmc } = await import("../posix/reset-rmc.ts");
      return resetRmc(ctx, { afterStop: () => endSrcMaster(ctx) });
    },
  };
}

/** RSCT's own srcmstr keeps what it was started with: recfgct starts a new one. */
async function endSrcMaster(ctx: DistroContext): Promise<void> {
  const { sys, log } = ctx;
  const pids = findProcesses(sys, "srcmstr");
  if (pids.length === 0) {
    return;
  }
  await sys.exec.run([KILL, ...pids], {
    okExitCodes: "any",
    verify: async () => {
      const check = (): true | undefined =>
        findProcesses(sys, "srcmstr").length === 0 ? true : undefined;
      const isGone = await pollUntil(sys, check, {
        timeoutMs: END_TIMEOUT_MS,
        intervalMs: END_INTERVAL_MS,
      });
      if (isGone !== true) {
        log.warn(`srcmstr still runs ${END_TIMEOUT_MS / 1000} s after it was told to end`);
      }
      return undefined;
    },
  });
}

/** By proc(5), /proc/PID/comm. A process may end between two looks. */
function findProcesses(sys: System, name: string): readonly string[] {
  return sys.fs
    .list("/proc")
    .filter(
      (pid) => /^\d+$/u.test(pid) && readTextIfExists(sys.fs, `/proc/${pid}/comm`)?.trim() === name,
    );
}
