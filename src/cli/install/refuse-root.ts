import { isDirectory } from "../../system/files.ts";
import type { CliContext } from "../cli-context.ts";
import { UsageError } from "../usage-error.ts";

/** Why nothing can be done below `root`, as a line for standard error. Throws a UsageError where it is no directory. */
export function refuseRoot(ctx: CliContext, root: string, verb: string): string | undefined {
  if (!isDirectory(ctx.sys.fs, root)) {
    throw new UsageError(`argument --root: "${root}" is not a directory`);
  }
  return root === "/" && ctx.sys.process.uid !== 0
    ? `Cannot ${verb} on this machine: must be root (or say --root DIR)\n`
    : undefined;
}
