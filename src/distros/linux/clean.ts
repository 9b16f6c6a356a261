import { isDirectory } from "../../system/files.ts";
import type { CleanAdapter } from "../clean-adapter.ts";
import type { DistroContext } from "../distro.ts";
import { editFile, wouldEdit } from "../posix/edit-file.ts";
import { removeIfThere } from "../posix/remove-if-there.ts";
import { SSHD_DROP_IN } from "../posix/sshd-config-edit.ts";
import { SHUTDOWN_OPTIONS } from "../posix/shutdown-options.ts";
import { FSTAB_PATH, withOwnLines } from "./fstab.ts";
import { ownNetworkUnits } from "./network.ts";

const MACHINE_ID = "/etc/machine-id";

/** Linux: fstab's own lines, networkd's units of ours, the drop-in of sshd, machine-id(5). */
export function createLinuxClean({ sys }: DistroContext): CleanAdapter {
  const { fs } = sys;
  return {
    findConfig(kind) {
      const isThere = (path: string): boolean => fs.stat(path) !== undefined;
      switch (kind) {
        case "network":
          return ownNetworkUnits(sys).filter(isThere);
        case "ssh_config":
          return [SSHD_DROP_IN].filter(isThere);
        case "fstab":
          return wouldEdit(fs, FSTAB_PATH, withoutOwnLines) ? [FSTAB_PATH] : [];
      }
    },
    removeConfig(kind) {
      switch (kind) {
        case "network":
          return removeIfThere(fs, ownNetworkUnits(sys));
        case "ssh_config":
          return removeIfThere(fs, [SSHD_DROP_IN]);
        case "fstab":
          return editFile(fs, FSTAB_PATH, withoutOwnLines) === undefined ? [] : [FSTAB_PATH];
      }
    },
    resetMachineId() {
      if (!isDirectory(fs, "/run/systemd/system") && !isDirectory(fs, "/usr/lib/systemd/system")) {
        return removeIfThere(fs, [MACHINE_ID]);
      }
      // machine-id(5): the first boot of an image, not an image whose id was lost.
      fs.write(MACHINE_ID, "uninitialized\n", { mode: 0o444 });
      return [MACHINE_ID];
    },
    async restart() {
      await sys.exec.run(["/sbin/shutdown", "-r", "now"], SHUTDOWN_OPTIONS);
    },
  };
}

function withoutOwnLines(text: string): string {
  return withOwnLines(text, []);
}
