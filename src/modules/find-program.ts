import { isFile } from "../system/files.ts";
import type { ModuleContext } from "./module.ts";
import { searchDirectories } from "./user-environment.ts";

/**
 * The absolute path of a program: the first of `places` that is there, else where user code finds
 * it; undefined where it is nowhere.
 */
export function findProgram(
  ctx: Pick<ModuleContext, "sys">,
  name: string,
  places: readonly string[] = [],
): string | undefined {
  return [...places, ...searchDirectories(ctx).map((directory) => `${directory}/${name}`)].find(
    (path) => isFile(ctx.sys.fs, path),
  );
}
