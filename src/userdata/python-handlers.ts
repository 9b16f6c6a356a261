import type { Paths } from "../instance/paths.ts";
import { isDirectory } from "../system/files.ts";
import type { UserDataContext } from "./user-data-context.ts";

/** Why Python part handlers do nothing, and what does their work (DECISIONS 15). */
export function pythonHandlerReason(paths: Paths): string {
  const modulesDir = `${paths.configFile.slice(0, paths.configFile.lastIndexOf("/"))}/modules`;
  return `part handlers in Python are not run by this program, and the parts that it is for are left out: turn it into an external module, a program in "${modulesDir}", or send what it makes as #cloud-config or a script`;
}

/** Says of each Python file in `handlers/` that it is not run; they are the administrator's. */
export function reportPythonHandlers(ctx: UserDataContext): void {
  const { fs } = ctx.sys;
  const directory = ctx.paths.handlersDir;
  if (!isDirectory(fs, directory)) {
    return;
  }
  for (const name of fs.list(directory).filter((file) => file.endsWith(".py"))) {
    const message = `Cannot use handler "${directory}/${name}": ${pythonHandlerReason(ctx.paths)}`;
    ctx.ledger.record({
      kind: "part",
      what: `${directory}/${name}`,
      outcome: "failed",
      reason: message,
    });
    ctx.fail(message);
  }
}
