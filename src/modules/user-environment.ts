import { commandEnvironment } from "../system/command-environment.ts";
import { LOCK_HOLDER_VARIABLE } from "../instance/lock-holder.ts";
import type { ModuleContext } from "./module.ts";

/** What the user's scripts and commands find in their environment besides the fixed one (compat modules.md, bootcmd). */
export function userEnvironment(
  ctx: Pick<ModuleContext, "instance" | "sys">,
): Readonly<Record<string, string>> {
  return {
    INSTANCE_ID: ctx.instance.id,
    [LOCK_HOLDER_VARIABLE]: String(ctx.sys.process.pid),
  };
}

/** Where their bare names are looked up, in order; `cloud-init-per` is in one of these directories. */
export function searchDirectories(ctx: Pick<ModuleContext, "sys">): readonly string[] {
  const { PATH = "" } = commandEnvironment(ctx.sys.process, "user");
  return PATH.split(":");
}
