import { isFile } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import type { PackageAdapter, PackageWish } from "../package-adapter.ts";

/** Lists may be fetched again; a manager that waits for a lock for ever is not waited for. */
const LISTS_TIMEOUT_MS = 1_800_000;
/** A transaction that is killed half-way may leave a machine that does not boot: only one that hangs is. */
export const TRANSACTION_TIMEOUT_MS = 21_600_000;
const RPM = "/usr/bin/rpm";

/** Where a system has its managers of RPM packages, the best first. */
export interface RpmPlaces {
  readonly managers: readonly string[];
  /** Exit code 1 and its words: a restart is wanted (dnf-utils). Absent: nothing tells. */
  readonly needsRestarting?: string;
}

/** RPM packages by dnf, else by yum, which take the same words (dnf(8), yum(8)). */
export function createRpmPackages(sys: System, places: RpmPlaces): PackageAdapter {
  const manager = places.managers.find((path) => isFile(sys.fs, path));
  const run = async (timeoutMs: number, ...args: readonly string[]): Promise<void> => {
    if (manager === undefined) {
      throw new Error(`there is no package manager: looked for ${places.managers.join(", ")}`);
    }
    await sys.exec.run([manager, "-y", ...args], { output: "inherit", timeoutMs });
  };
  return {
    name: manager?.replace(/^.*\//u, ""),
    updateLists: () => run(LISTS_TIMEOUT_MS, "makecache"),
    upgradeAll: () => run(TRANSACTION_TIMEOUT_MS, "upgrade"),
    async findMissing(packages) {
      const missing: PackageWish[] = [];
      for (const wish of packages) {
        if (!(await isInstalled(sys, wish))) {
          missing.push(wish);
        }
      }
      return missing;
    },
    install: (packages) => run(TRANSACTION_TIMEOUT_MS, "install", ...packages.map(nameOf)),
    async needsRestart() {
      const tool = places.needsRestarting;
      if (tool === undefined || !isFile(sys.fs, tool)) {
        return undefined;
      }
      const { exitCode, stdout } = await sys.exec.query([tool, "-r"], { okExitCodes: "any" });
      // A broken repository gives 1 as well.
      return exitCode === 1 && /reboot is required/iu.test(stdout);
    },
  };
}

/** A file's package is not looked into: its manager knows what to do with it. */
async function isInstalled(sys: System, wish: PackageWish): Promise<boolean> {
  if (wish.name.startsWith("/")) {
    return false;
  }
  const { exitCode } = await sys.exec.query([RPM, "-q", nameOf(wish)], { okExitCodes: "any" });
  return exitCode === 0;
}

function nameOf({ name, version }: PackageWish): string {
  return version === undefined ? name : `${name}-${version}`;
}
