import type { SystemFacts } from "../../instance/system-facts.ts";
import { readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";

const OS_RELEASE_PATHS = ["/etc/os-release", "/usr/lib/os-release"];

/** Node.js's names → those of uname(2); a kernel that tells its own (6.1 and later) is believed. */
const MACHINES: Readonly<Record<string, string>> = {
  arm64: "aarch64",
  ppc64: "ppc64le",
  x64: "x86_64",
};

/** Names and levels of the system from /proc/sys/kernel and os-release(5): no command is run. */
export function readLinuxSystemFacts(sys: System, name: string): SystemFacts {
  const kernel = (file: string): string =>
    readTextIfExists(sys.fs, `/proc/sys/kernel/${file}`)?.trim() ?? "";
  const { arch } = sys.process;
  const known = Object.hasOwn(MACHINES, arch) ? MACHINES[arch] : undefined;
  const machine = kernel("arch");
  const release = OS_RELEASE_PATHS.map((path) => readTextIfExists(sys.fs, path)).find(
    (text) => text !== undefined,
  );
  return {
    uname: [
      kernel("ostype") === "" ? "Linux" : kernel("ostype"),
      kernel("hostname"),
      kernel("osrelease"),
      kernel("version"),
      machine === "" ? (known ?? arch) : machine,
      "",
    ],
    dist: [name, valueIn(release, "VERSION_ID"), valueIn(release, "VERSION_CODENAME")],
  };
}

function valueIn(osRelease: string | undefined, key: string): string {
  const pattern = new RegExp(`^${key}=(["']?)([^"'\\n]*)\\1[ \\t]*\\r?$`, "mu");
  return pattern.exec(osRelease ?? "")?.[2]?.trim() ?? "";
}
