import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { identifierOf, readInittab } from "../inittab.ts";

const USAGE = "lsitab {-a | Identifier}";

/** Shows lines of /etc/inittab, comments left out; says nothing of an identifier that is not there (exit code 1). */
export const lsitab: SimulatedCommand = {
  path: "/usr/sbin/lsitab",
  isChange: () => false,
  run(ctx, args) {
    const flags = parseFlags(args, "a");
    if (typeof flags === "string") {
      return usageError("lsitab", flags, USAGE, 1);
    }
    const [identifier, ...rest] = flags.operands;
    if (rest.length > 0 || flags.has("a") === (identifier !== undefined)) {
      return usageError("lsitab", "", USAGE, 1);
    }
    const lines = readInittab(ctx).filter((line) => identifierOf(line) !== "");
    const found = flags.has("a")
      ? lines
      : lines.filter((line) => identifierOf(line) === identifier);
    return found.length === 0 ? failed(1, "") : done(found.map((line) => `${line}\n`).join(""));
  },
};
