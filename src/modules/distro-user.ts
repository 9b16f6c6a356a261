import { isMapping } from "../config/cloud-config.ts";
import type { ModuleContext } from "./module.ts";

/** The settings of the default user: those of `system_info`, else the distribution's; undefined where there is none. */
export function readDistroUser(
  ctx: Pick<ModuleContext, "systemInfo" | "distro">,
): Readonly<Record<string, unknown>> | undefined {
  const written = ctx.systemInfo["default_user"];
  return isMapping(written) ? written : ctx.distro.defaultUser;
}
