import { findUser, removeUser } from "../accounts.ts";
import { done, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { noSuchUser } from "../user-command.ts";

const USAGE = "rmuser [-R load_module] [-p] Name";

/** Removes a user and keeps the home directory; with -p the password entry goes too. */
export const rmuser: SimulatedCommand = {
  path: "/usr/sbin/rmuser",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "R:p");
    if (typeof flags === "string") {
      return usageError("rmuser", flags, USAGE);
    }
    const [name, ...rest] = flags.operands;
    if (name === undefined || rest.length > 0) {
      return usageError("rmuser", "", USAGE);
    }
    if (findUser(ctx.fs, name) === undefined) {
      return noSuchUser(name);
    }
    removeUser(ctx.fs, name, !flags.has("p"));
    return done();
  },
};
