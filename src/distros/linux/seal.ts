import { readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import type { DistroContext } from "../distro.ts";
import { sealAccess, sealHistories } from "../posix/seal-accounts.ts";
import { sealConfiguration } from "../posix/seal-configuration.ts";
import { sealHostKeys } from "../posix/seal-host-keys.ts";
import { sealNames } from "../posix/seal-names.ts";
import { sealRemovals } from "../posix/seal-removals.ts";
import { sealRmc } from "../posix/seal-rmc.ts";
import { SHUTDOWN_OPTIONS } from "../posix/shutdown-options.ts";
import type { InstanceTraces, SealAdapter, SealFinding, SealStep } from "../seal-adapter.ts";
import { createLinuxClean } from "./clean.ts";
import { ownNetworkUnits } from "./network.ts";
import { readLinuxPasswordStates } from "./password-states.ts";

const SUDO_RULES = ["/etc/sudoers.d/90-cloud-init-users"];

/** Linux: ids, names of adapters and units that belong to one machine. */
export function createLinuxSeal(ctx: DistroContext): SealAdapter {
  const { sys } = ctx;
  return {
    steps: (traces) => [
      sealNetwork(sys),
      sealHostname(sys, traces),
      sealNames(sys, traces),
      sealHostKeys(sys, traces),
      sealRmc(sys, traces),
      sealMachineId(ctx),
      sealHistories(sys),
      sealConfiguration(sys.fs, createLinuxClean(ctx), traces),
      sealAccess(sys, traces, {
        sudoers: SUDO_RULES,
        readPasswords: () => readLinuxPasswordStates(sys.fs),
      }),
    ],
    logDirectories: ["/var/log"],
    async powerOff() {
      await sys.exec.run(["/sbin/shutdown", "-P", "now"], SHUTDOWN_OPTIONS);
    },
  };
}

const PERSISTENT_RULES = ["/etc/udev/rules.d/70-persistent-net.rules"];

/** Only files: networkd is not told, what runs goes on. */
function sealNetwork(sys: System): SealStep {
  return {
    name: "network",
    why: "A clone would take the addresses of this machine, or give its adapters other names",
    find: async () => sealRemovals(sys.fs, [...ownNetworkUnits(sys), ...PERSISTENT_RULES]),
  };
}

const HOSTNAME = "/etc/hostname";

/** Only where cloud-init set it: a name that the image was given on purpose stays. The running name stays too. */
function sealHostname({ fs }: System, traces: InstanceTraces): SealStep {
  return {
    name: "hostname",
    why: "A clone would start with the name of this machine, and log it",
    async find() {
      const name = readTextIfExists(fs, HOSTNAME)?.trim() ?? "";
      return traces.ownNames.includes(name) ? sealRemovals(fs, [HOSTNAME]) : [];
    },
  };
}

const MACHINE_ID = "/etc/machine-id";
/** systemd's "Building images safely": it would credit each clone with the same entropy. */
const RANDOM_SEED = "/var/lib/systemd/random-seed";
/** Where it is no link to the one above, D-Bus keeps its own. */
const DBUS_MACHINE_ID = "/var/lib/dbus/machine-id";

function sealMachineId(ctx: DistroContext): SealStep {
  const { fs } = ctx.sys;
  return {
    name: "machine-id",
    why: "DHCP servers and logs take machines with one machine-id for one",
    async find() {
      const id = readTextIfExists(fs, MACHINE_ID)?.trim() ?? "";
      const reset: readonly SealFinding[] =
        id === "" || id === "uninitialized"
          ? []
          : [
              {
                kind: "change",
                what: `Reset ${MACHINE_ID}`,
                apply() {
                  createLinuxClean(ctx).resetMachineId();
                },
              },
            ];
      const ofDbus = fs.stat(DBUS_MACHINE_ID)?.kind === "file" ? [DBUS_MACHINE_ID] : [];
      return [...reset, ...sealRemovals(fs, [...ofDbus, RANDOM_SEED])];
    },
  };
}
