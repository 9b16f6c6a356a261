import type { Logger } from "../../report/logger.ts";

/** AIX's name for group 0. */
const ROOT_GROUP = "system";

/**
 * An owner as user-data gives it, as AIX knows it: the groups `root` and `wheel`, which AIX does
 * not have, are `system` (DECISIONS 13). Everything else comes back as it was.
 */
export function mapRootGroup(owner: string, log: Logger): string {
  const colon = owner.indexOf(":");
  if (colon === -1) {
    return owner;
  }
  const mapped = `${owner.slice(0, colon)}:${mapGroup(owner.slice(colon + 1))}`;
  if (mapped !== owner) {
    log.debug(`Owner "${owner}" is "${mapped}" on AIX`);
  }
  return mapped;
}

/** A group's name as AIX knows it: `system` for `root` and `wheel`. */
export function mapGroup(group: string): string {
  return group === "root" || group === "wheel" ? ROOT_GROUP : group;
}
