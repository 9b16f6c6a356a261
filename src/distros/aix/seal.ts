import type { DistroContext } from "../distro.ts";
import { sealAccess, sealHistories } from "../posix/seal-accounts.ts";
import { sealHostKeys } from "../posix/seal-host-keys.ts";
import { sealNames } from "../posix/seal-names.ts";
import { sealRmc } from "../posix/seal-rmc.ts";
import type { SealAdapter } from "../seal-adapter.ts";
import { sealDevices } from "./seal-devices.ts";
import { sealRoutes } from "./seal-routes.ts";
import { sealVolumeGroups } from "./seal-volume-groups.ts";

const SUDO_RULES = [
  "/etc/sudoers.d/90-cloud-init-users",
  "/opt/freeware/etc/sudoers.d/90-cloud-init-users",
];
/** rc.shutdown and the daemons take their time. */
const SHUTDOWN_TIMEOUT_MS = 600_000;

/** AIX: what PowerVC's capture needs, and what the device database remembers. */
export function createAixSeal({ sys }: DistroContext): SealAdapter {
  return {
    steps: (traces) => [
      sealVolumeGroups(sys, traces),
      sealDevices(sys),
      sealRoutes(sys),
      sealNames(sys, traces),
      sealHostKeys(sys, traces),
      sealRmc(sys, traces),
      sealHistories(sys),
      sealAccess(sys, traces, SUDO_RULES),
    ],
    // The second one has the log of the console.
    logDirectories: ["/var/log", "/var/adm/ras"],
    async powerOff() {
      // -F alone powers the partition off; -p would only halt it (aix/commands.md §12).
      await sys.exec.run(["/usr/sbin/shutdown", "-F"], { timeoutMs: SHUTDOWN_TIMEOUT_MS });
    },
  };
}
