import { posix } from "node:path";
import type { CliContext } from "./cli-context.ts";

/** A path from the command line as an absolute one, without "." and "..". */
export function absolutePath(ctx: Pick<CliContext, "cwd">, path: string): string {
  return posix.resolve("/", ctx.cwd ?? "/", path);
}
