import type { PackageWish } from "../distros/package-adapter.ts";
import { errorMessage } from "../text/error-message.ts";
import type { ModuleContext } from "./module.ts";

/**
 * Installs the packages of a module that are not there, with fresh lists of the repositories. True
 * if there was something to install. Throws where a package cannot be had.
 */
export async function ensurePackages(
  ctx: ModuleContext,
  wishes: readonly PackageWish[],
): Promise<boolean> {
  const { packages } = ctx.distro;
  if (packages === undefined) {
    throw new Error("nothing is known of packages on this system");
  }
  const missing = await packages.findMissing(wishes);
  if (missing.length === 0) {
    return false;
  }
  try {
    await packages.updateLists();
  } catch (error) {
    // A broken repository beside the one that has it need not matter.
    ctx.log.warn(`Cannot fetch the lists of packages: ${errorMessage(error)}`);
  }
  await packages.install(missing);
  return true;
}
