import { mapRootGroup } from "../distros/aix/root-group.ts";
import { readTextIfExists } from "../system/files.ts";
import { findOwner } from "../system/owner.ts";
import type { FileStat } from "../system/system.ts";
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

/** Whether a file is that owner's already. A name that the machine's files do not know is nobody's: it may be a directory server's. */
export function hasOwner(ctx: ModuleContext, stat: FileStat, owner: string): boolean {
  if (owner === ctx.rootOwner) {
    return stat.uid === 0 && stat.gid === 0;
  }
  const { fs } = ctx.sys;
  const { uid, gid } = findOwner(owner, {
    readPasswd: () => readTextIfExists(fs, "/etc/passwd"),
    readGroup: () => readTextIfExists(fs, "/etc/group"),
    unknownId: NOBODY,
    missingFileId: NOBODY,
  });
  return (uid === undefined || uid === stat.uid) && (gid === undefined || gid === stat.gid);
}

/** An id that no file has. */
const NOBODY = -1;

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
