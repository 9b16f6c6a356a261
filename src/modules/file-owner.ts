import { mapRootGroup } from "../distros/aix/root-group.ts";
import type { ModuleContext } from "./module.ts";

/**
 * Turns `owner` of entries into the owner a file gets: `user[:group]`, undefined where the present
 * one is to stay (empty, "-1" or "none"; compat config.md §9.4). On AIX the group `root` is
 * `system` (DECISIONS 13), which is said once for each spelling.
 */
export function createOwnerReader(
  ctx: ModuleContext,
): (written: string | number | null | undefined) => string | undefined {
  const known = new Map<string, string | undefined>();
  return (written) => {
    if (written === undefined || written === null) {
      return ctx.rootOwner;
    }
    const key = String(written);
    if (!known.has(key)) {
      known.set(key, readOwner(ctx, key));
    }
    return known.get(key);
  };
}

function readOwner(ctx: ModuleContext, written: string): string | undefined {
  const colon = written.indexOf(":");
  const user = half(colon === -1 ? written : written.slice(0, colon));
  const group = half(colon === -1 ? "" : written.slice(colon + 1));
  const owner = group === "" ? user : `${user}:${group}`;
  if (owner === "") {
    return undefined;
  }
  return ctx.distro.family === "aix" ? mapRootGroup(owner, ctx.log) : owner;
}

function half(text: string): string {
  const name = text.trim();
  return /^(?:-1|none)$/iu.test(name) ? "" : name;
}
