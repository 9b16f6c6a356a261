import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { identifierOf, readInittab, writeInittab } from "../inittab.ts";

/** Takes a line out of /etc/inittab. */
export const rmitab: SimulatedCommand = {
  path: "/usr/sbin/rmitab",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "");
    const [identifier, ...rest] = typeof flags === "string" ? [] : flags.operands;
    if (typeof flags === "string" || identifier === undefined || rest.length > 0) {
      return usageError("rmitab", typeof flags === "string" ? flags : "", "rmitab Identifier", 1);
    }
    const lines = readInittab(ctx);
    const left = lines.filter((line) => identifierOf(line) !== identifier);
    if (left.length === lines.length) {
      return failed(1, `rmitab: 0481-108 There is no ${identifier} entry in /etc/inittab.`);
    }
    writeInittab(ctx, left);
    return done();
  },
};
