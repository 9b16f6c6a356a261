import { changeUser, findUser } from "../accounts.ts";
import { done, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { attributesOfUserFlags } from "../useradd-flags.ts";
import { invalidValue, noSuchUser } from "../user-command.ts";

const USAGE =
  "usermod [-c comment] [-d dir] [-e expire] [-g initial_group] [-G group[,...]] [-s shell] [-u uid] login";

/** Changes a user. -G replaces the list of groups; a home directory is not moved. */
export const usermod: SimulatedCommand = {
  path: "/usr/sbin/usermod",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "c:d:e:g:G:s:u:");
    if (typeof flags === "string") {
      return usageError("usermod", flags, USAGE);
    }
    const [name, ...rest] = flags.operands;
    if (name === undefined || rest.length > 0 || flags.order.length === 0) {
      return usageError("usermod", "", USAGE);
    }
    if (findUser(ctx.fs, name) === undefined) {
      return noSuchUser(name);
    }
    const refused = changeUser(ctx.fs, name, attributesOfUserFlags(flags));
    return refused === undefined ? done() : invalidValue(refused);
  },
};
