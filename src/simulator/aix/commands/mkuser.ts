import { createUser } from "../create-user.ts";
import type { SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { noSuchUser, parseAttributeWords } from "../user-command.ts";

const USAGE = "mkuser [-R load_module] [-a] [Attribute=Value ...] Name";

/** Adds a user, with home directory and .profile. */
export const mkuser: SimulatedCommand = {
  path: "/usr/bin/mkuser",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "R:a");
    if (typeof flags === "string") {
      return usageError("mkuser", flags, USAGE, 22);
    }
    const name = flags.operands.at(-1);
    const attributes = parseAttributeWords(flags.operands.slice(0, -1));
    if (name === undefined || name.includes("=") || typeof attributes === "string") {
      return usageError("mkuser", "", USAGE, 22);
    }
    if (flags.has("R") && flags.value("R") !== "files") {
      return noSuchUser(name);
    }
    return createUser(ctx, {
      name,
      attributes: flags.has("a") ? new Map([...attributes, ["admin", "true"]]) : attributes,
      createsHome: true,
    });
  },
};
