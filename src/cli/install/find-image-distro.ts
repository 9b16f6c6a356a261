import { posix } from "node:path";
import { findDistroName } from "../../distros/registry.ts";
import { isDirectory, readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";

/** The distro of the system below `root`: what its os-release says, "aix" where it has an ODM, else that of this machine. */
export function findImageDistro(sys: System, root: string): string {
  if (root === "/") {
    return findDistroName(sys);
  }
  for (const path of ["/etc/os-release", "/usr/lib/os-release"]) {
    // A link in the image is not followed out of it: systems have both files, one of them a link.
    const place = posix.join(root, path);
    if (sys.fs.readLink(place) === undefined) {
      const id = idOf(readTextIfExists(sys.fs, place) ?? "");
      if (id !== undefined) {
        return id;
      }
    }
  }
  return isDirectory(sys.fs, posix.join(root, "/etc/objrepos")) ? "aix" : findDistroName(sys);
}

/** `ID=debian`, the value possibly in quotes (os-release(5)). */
function idOf(osRelease: string): string | undefined {
  return /^ID=(["']?)([a-z0-9._-]+)\1[ \t]*\r?$/mu.exec(osRelease)?.[2];
}
