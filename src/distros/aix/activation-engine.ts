import { exists, isFile } from "../../system/files.ts";
import type { System } from "../../system/system.ts";

/** Of IBM's Virtual Solutions Activation Engine (compat datasources-clouds.md §12.1, unconfirmed). */
const DIRECTORY = "/opt/ibm/ae";
const DRIVER = `${DIRECTORY}/AE.sh`;
const RPM = "/usr/bin/rpm";
const PACKAGES = /^(?:activation-engine|vmc\.vsae)-/u;

/** What of the engine is there. */
export interface ActivationEngine {
  /** Its driver, or else the names of its packages. */
  readonly found: string;
  /** In the database of RPM. */
  readonly packages: readonly string[];
}

/** Looks for its files, and asks RPM for its packages. */
export async function findActivationEngine(sys: System): Promise<ActivationEngine | undefined> {
  const packages = await findPackages(sys);
  if (exists(sys.fs, DRIVER)) {
    return { found: `"${DRIVER}"`, packages };
  }
  return packages.length === 0
    ? undefined
    : { found: `the package "${packages.join('", "')}"`, packages };
}

/** For each boot: RPM, which takes its time, is asked only where something of the engine is left. */
export async function isActivationEngineThere(sys: System): Promise<boolean> {
  return (
    exists(sys.fs, DRIVER) || (exists(sys.fs, DIRECTORY) && (await findPackages(sys)).length > 0)
  );
}

/** The command that takes it away: IBM has it uninstalled before cloud-init is installed. */
export function removalCommand({ packages }: ActivationEngine): string {
  return packages.length === 0 ? `rm -r ${DIRECTORY}` : `rpm -e ${packages.join(" ")}`;
}

async function findPackages({ fs, exec }: System): Promise<readonly string[]> {
  if (!isFile(fs, RPM)) {
    return [];
  }
  const { exitCode, stdout } = await exec.query([RPM, "-qa"], { okExitCodes: "any" });
  return exitCode === 0 ? stdout.split("\n").filter((name) => PACKAGES.test(name)) : [];
}
