import type { CleanAdapter } from "../clean-adapter.ts";
import type { DistroContext } from "../distro.ts";
import { editFile, wouldEdit } from "../posix/edit-file.ts";
import { removeIfThere } from "../posix/remove-if-there.ts";
import { SSHD_DROP_IN } from "../posix/sshd-config-edit.ts";
import { SHUTDOWN_OPTIONS } from "../posix/shutdown-options.ts";
import { removeStanzas } from "./stanza-file.ts";

const FILE_SYSTEMS = "/etc/filesystems";
/** `type` of the stanzas that `mounts` writes. */
const OWN_TYPE = "cloudconfig";

/** AIX: the network is in the ODM and is set anew by the next instance, machine-id(5) is not there. */
export function createAixClean({ sys }: DistroContext): CleanAdapter {
  const { fs } = sys;
  return {
    findConfig(kind) {
      switch (kind) {
        case "network":
          return [];
        case "ssh_config":
          return [SSHD_DROP_IN].filter((path) => fs.stat(path) !== undefined);
        case "fstab":
          return wouldEdit(fs, FILE_SYSTEMS, withoutOwnStanzas) ? [FILE_SYSTEMS] : [];
      }
    },
    removeConfig(kind) {
      switch (kind) {
        case "network":
          return [];
        case "ssh_config":
          return removeIfThere(fs, [SSHD_DROP_IN]);
        case "fstab":
          return editFile(fs, FILE_SYSTEMS, withoutOwnStanzas) === undefined ? [] : [FILE_SYSTEMS];
      }
    },
    resetMachineId: () => removeIfThere(sys.fs, ["/etc/machine-id"]),
    async restart() {
      await sys.exec.run(["/usr/sbin/shutdown", "-Fr"], SHUTDOWN_OPTIONS);
    },
  };
}

function withoutOwnStanzas(text: string): string {
  return removeStanzas(text, (stanza) => stanza.get("type") === OWN_TYPE);
}
