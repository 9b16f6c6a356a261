import { isHostName } from "../../instance/hostname.ts";
import { exists, readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import type { DistroContext, HostnameAdapter } from "../distro.ts";

const KERNEL_NAME_PATH = "/proc/sys/kernel/hostname";
const HOSTNAME_PATH = "/etc/hostname";
const HOSTNAME = "/usr/bin/hostname";
const SYSCTL = "/usr/sbin/sysctl";

/** The kernel gives the name as "(none)" before anybody has set it. */
const UNSET_NAME = "(none)";

/** The host name of a Linux: /etc/hostname (hostname(5)) and the kernel. */
export function createLinuxHostname({ sys }: DistroContext): HostnameAdapter {
  return {
    read: async () => readKernelName(sys) ?? readFileName(sys),
    async ensure(name, options = {}) {
      if (!isHostName(name)) {
        throw new TypeError(`Cannot set the host name "${name}": it is not one`);
      }
      const isFileWanted = options.createFile !== false || exists(sys.fs, HOSTNAME_PATH);
      const isFileNew = isFileWanted && readFileName(sys) !== name;
      if (isFileNew) {
        sys.fs.write(HOSTNAME_PATH, `${name}\n`, { mode: 0o644 });
      }
      const isRunningNew = readKernelName(sys) !== name;
      if (isRunningNew) {
        // Small images do not have hostname(1).
        const hasTool = exists(sys.fs, HOSTNAME) || !exists(sys.fs, SYSCTL);
        await sys.exec.run(hasTool ? [HOSTNAME, name] : [SYSCTL, "-w", `kernel.hostname=${name}`]);
      }
      return isFileNew || isRunningNew;
    },
  };
}

function readKernelName(sys: System): string | undefined {
  const name = readTextIfExists(sys.fs, KERNEL_NAME_PATH)?.trim();
  return name === "" || name === UNSET_NAME ? undefined : name;
}

/** The first line that is no comment. */
function readFileName(sys: System): string | undefined {
  const lines = readTextIfExists(sys.fs, HOSTNAME_PATH)?.split("\n") ?? [];
  return lines.map((line) => line.trim()).find((line) => line !== "" && !line.startsWith("#"));
}
