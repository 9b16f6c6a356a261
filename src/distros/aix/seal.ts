import type { DistroContext } from "../distro.ts";
import { sealAccess, sealHistories } from "../posix/seal-accounts.ts";
import { sealConfiguration } from "../posix/seal-configuration.ts";
import { sealHostKeys } from "../posix/seal-host-keys.ts";
import { sealNames } from "../posix/seal-names.ts";
import { sealRmc } from "../posix/seal-rmc.ts";
import { SHUTDOWN_OPTIONS } from "../posix/shutdown-options.ts";
import type { SealAdapter } from "../seal-adapter.ts";
import { createAixClean } from "./clean.ts";
import { readAixPasswordStates } from "./password-states.ts";
import { sealDevices } from "./seal-devices.ts";
import { sealOtherAgents } from "./seal-other-agents.ts";
import { sealRoutes } from "./seal-routes.ts";
import { sealVolumeGroups } from "./seal-volume-groups.ts";

const SUDO_RULES = [
  "/etc/sudoers.d/90-cloud-init-users",
  "/opt/freeware/etc/sudoers.d/90-cloud-init-users",
];

/** AIX: what PowerVC's capture needs, and what the device database remembers. */
export function createAixSeal(ctx: DistroContext): SealAdapter {
  const { sys } = ctx;
  return {
    steps: (traces) => [
      sealOtherAgents(sys),
      sealVolumeGroups(sys, traces),
      sealDevices(sys),
      sealRoutes(sys),
      sealNames(sys, traces),
      sealHostKeys(sys, traces),
      sealRmc(sys, traces),
      sealHistories(sys),
      sealConfiguration(sys.fs, createAixClean(ctx), traces),
      sealAccess(sys, traces, {
        sudoers: SUDO_RULES,
        readPasswords: () => readAixPasswordStates(sys.fs),
      }),
    ],
    // The second one has the log of the console.
    logDirectories: ["/var/log", "/var/adm/ras"],
    async powerOff() {
      // -F alone powers the partition off; -p would only halt it (aix/commands.md §12).
      await sys.exec.run(["/usr/sbin/shutdown", "-F"], SHUTDOWN_OPTIONS);
    },
  };
}
