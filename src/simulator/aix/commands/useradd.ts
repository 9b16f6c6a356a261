import { createUser } from "../create-user.ts";
import type { SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { attributesOfUserFlags } from "../useradd-flags.ts";

const USAGE =
  "useradd [-c comment] [-d dir] [-e expire] [-g initial_group] [-G group[,...]] [-k skel_dir] [-m] [-s shell] [-u uid] login";

/** Adds a user; the home directory only with -m. Has no -r for system users and no -p. */
export const useradd: SimulatedCommand = {
  path: "/usr/sbin/useradd",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "c:d:e:g:G:k:ms:u:");
    if (typeof flags === "string") {
      return usageError("useradd", flags, USAGE);
    }
    const [name, ...rest] = flags.operands;
    if (name === undefined || rest.length > 0) {
      return usageError("useradd", "", USAGE);
    }
    return createUser(ctx, {
      name,
      attributes: attributesOfUserFlags(flags),
      createsHome: flags.has("m"),
    });
  },
};
