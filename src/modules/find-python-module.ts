import type { FileSystem } from "../system/system.ts";

/**
 * The Python module `cc_NAME.py` of an older cloud-init, or undefined where there is none. IBM's
 * port keeps them in /opt/freeware/lib/pythonX.Y/site-packages/cloudinit/config (seed page), Debian
 * in /usr/lib/python3/dist-packages, RHEL in /usr/lib/pythonX.Y/site-packages.
 * `modulesDirectory` is that of our own, below the same lib directory.
 */
export function findPythonModule(
  fs: FileSystem,
  modulesDirectory: string,
  name: string,
): string | undefined {
  if (!/^[A-Za-z0-9_]{1,64}$/u.test(name)) {
    return undefined;
  }
  const library = modulesDirectory.replace(/\/cloud-init\/modules$/u, "");
  for (const directory of [library, `${library}64`]) {
    for (const version of pythonDirectories(fs, directory)) {
      for (const packages of ["site-packages", "dist-packages"]) {
        const path = `${directory}/${version}/${packages}/cloudinit/config/cc_${name}.py`;
        if (fs.stat(path) !== undefined) {
          return path;
        }
      }
    }
  }
  return undefined;
}

function pythonDirectories(fs: FileSystem, directory: string): readonly string[] {
  try {
    return fs.list(directory).filter((entry) => /^python[0-9][0-9.]*$/u.test(entry));
  } catch {
    return [];
  }
}
