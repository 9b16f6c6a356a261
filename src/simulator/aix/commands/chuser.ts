import { changeUser, findUser } from "../accounts.ts";
import { done, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { invalidValue, noSuchUser, parseAttributeWords } from "../user-command.ts";

const USAGE = "chuser [-R load_module] Attribute=Value ... Name";

/** Changes a user; silent on success. `groups=` replaces the whole list. */
export const chuser: SimulatedCommand = {
  path: "/usr/bin/chuser",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "R:");
    if (typeof flags === "string") {
      return usageError("chuser", flags, USAGE, 22);
    }
    const name = flags.operands.at(-1);
    const attributes = parseAttributeWords(flags.operands.slice(0, -1));
    if (name === undefined || typeof attributes === "string" || attributes.size === 0) {
      return usageError("chuser", "", USAGE, 22);
    }
    if (findUser(ctx.fs, name) === undefined) {
      return noSuchUser(name);
    }
    const refused = changeUser(ctx.fs, name, attributes);
    return refused === undefined ? done() : invalidValue(refused);
  },
};
