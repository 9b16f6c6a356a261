import { findUser, removeUser } from "../accounts.ts";
import { done, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { noSuchUser } from "../user-command.ts";

const USAGE = "userdel [-r] login";

/** Removes a user, with -r the home directory too. */
export const userdel: SimulatedCommand = {
  path: "/usr/sbin/userdel",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "r");
    if (typeof flags === "string") {
      return usageError("userdel", flags, USAGE);
    }
    const [name, ...rest] = flags.operands;
    if (name === undefined || rest.length > 0) {
      return usageError("userdel", "", USAGE);
    }
    const user = findUser(ctx.fs, name);
    if (user === undefined) {
      return noSuchUser(name);
    }
    removeUser(ctx.fs, name, false);
    if (flags.has("r") && user.home !== "/") {
      ctx.fs.remove(user.home);
    }
    return done();
  },
};
