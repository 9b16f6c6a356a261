import type { CleanAdapter } from "../clean-adapter.ts";
import type { DistroContext } from "../distro.ts";
import { editFile } from "../posix/edit-file.ts";
import { removeIfThere } from "../posix/remove-if-there.ts";
import { SSHD_DROP_IN } from "../posix/sshd-config-edit.ts";
import { removeStanzas } from "./stanza-file.ts";

const FILE_SYSTEMS = "/etc/filesystems";
/** `type` of the stanzas that `mounts` writes. */
const OWN_TYPE = "cloudconfig";

/** AIX: the network is in the ODM and is set anew by the next instance, machine-id(5) is not there. */
export function createAixClean({ sys }: DistroContext): CleanAdapter {
  return {
    removeConfig(kind) {
      switch (kind) {
        case "network":
          return [];
        case "ssh_config":
          return removeIfThere(sys.fs, [SSHD_DROP_IN]);
        case "fstab": {
          const isOwn = (stanza: ReadonlyMap<string, string>): boolean =>
            stanza.get("type") === OWN_TYPE;
          const undo = editFile(sys.fs, FILE_SYSTEMS, (text) => removeStanzas(text, isOwn));
          return undo === undefined ? [] : [FILE_SYSTEMS];
        }
      }
    },
    resetMachineId: () => removeIfThere(sys.fs, ["/etc/machine-id"]),
    async restart() {
      await sys.exec.run(["/usr/sbin/shutdown", "-Fr"], { timeoutMs: RESTART_TIMEOUT_MS });
    },
  };
}

const RESTART_TIMEOUT_MS = 120_000;
