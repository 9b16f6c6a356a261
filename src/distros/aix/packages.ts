import { isFile } from "../../system/files.ts";
import type { DistroContext } from "../distro.ts";
import type { PackageAdapter, PackageWish } from "../package-adapter.ts";
import { createRpmPackages, TRANSACTION_TIMEOUT_MS } from "../posix/rpm-packages.ts";

const GENINSTALL = "/usr/sbin/geninstall";
const INSTALLP = "/usr/sbin/installp";
const LSLPP = "/usr/bin/lslpp";
/** Apply, commit, prerequisites, expand file systems, accept licences; the summary, not a preview. */
const FLAGS = "acgXY";

/**
 * Software of AIX (aix/commands.md §10): RPM packages of the AIX Toolbox by dnf, else yum; `.bff`
 * files by geninstall; filesets out of a directory by installp, whose exit code tells nothing: what
 * counts is what lslpp lists afterwards. yum is supported on no level any more.
 */
export function createAixPackages({ sys }: DistroContext): PackageAdapter {
  const rpm = createRpmPackages(sys, {
    managers: ["/opt/freeware/bin/dnf", "/opt/freeware/bin/yum", "/usr/bin/yum"],
  });

  async function isFilesetThere({ name, version }: PackageWish): Promise<boolean> {
    const { stdout, exitCode } = await sys.exec.query([LSLPP, "-Lc", name], {
      okExitCodes: "any",
    });
    // pkg:fileset:level:…
    const rows = stdout.split("\n").map((line) => line.split(":"));
    return (
      exitCode === 0 &&
      rows.some((row) => row[1] === name && (version === undefined || row[2] === version))
    );
  }

  async function installFileset(wish: PackageWish, source: string): Promise<void> {
    const words = [wish.name, ...(wish.version === undefined ? [] : [wish.version])];
    const result = await sys.exec.run([INSTALLP, `-${FLAGS}`, "-d", source, ...words], {
      okExitCodes: "any",
      timeoutMs: TRANSACTION_TIMEOUT_MS,
      verify: async () =>
        (await isFilesetThere(wish))
          ? undefined
          : `fileset "${wish.name}" is not installed after it; look into /var/adm/ras and run "installp -p -${FLAGS} -d ${source} ${words.join(" ")}" by hand`,
    });
    if (result.timedOut) {
      throw new Error(
        `installp of "${wish.name}" took longer than ${TRANSACTION_TIMEOUT_MS / 3_600_000} hours`,
      );
    }
  }

  async function installFile(path: string): Promise<void> {
    if (!isFile(sys.fs, path)) {
      throw new Error(`there is no file "${path}"`);
    }
    const slash = path.lastIndexOf("/");
    const directory = path.slice(0, Math.max(1, slash));
    await sys.exec.run([GENINSTALL, "-I", FLAGS, "-d", directory, path.slice(slash + 1)], {
      timeoutMs: TRANSACTION_TIMEOUT_MS,
    });
  }

  return {
    ...rpm,
    async findMissing(packages) {
      const filesets = packages.filter(({ filesetSource }) => filesetSource !== undefined);
      const missing: PackageWish[] = [];
      for (const wish of filesets) {
        if (!(await isFilesetThere(wish))) {
          missing.push(wish);
        }
      }
      const others = packages.filter(({ filesetSource }) => filesetSource === undefined);
      return [...missing, ...(await rpm.findMissing(others))];
    },
    async install(packages) {
      const rest: PackageWish[] = [];
      for (const wish of packages) {
        if (wish.filesetSource !== undefined) {
          await installFileset(wish, wish.filesetSource);
        } else if (wish.name.endsWith(".bff")) {
          await installFile(wish.name);
        } else {
          rest.push(wish);
        }
      }
      if (rest.length > 0) {
        await rpm.install(rest);
      }
    },
  };
}
