import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";

const USAGE = "lsvg [-L] [-o]";

/** Names of the volume groups: so far rootvg alone. */
export const lsvg: SimulatedCommand = {
  path: "/usr/sbin/lsvg",
  isChange: () => false,
  run(_ctx, args) {
    const flags = parseFlags(args, "Lo");
    if (typeof flags === "string") {
      return usageError("lsvg", flags, USAGE, 1);
    }
    const [name] = flags.operands;
    if (name !== undefined) {
      return name === "rootvg"
        ? usageError("lsvg", "", USAGE, 1)
        : failed(
            1,
            `0516-306 lsvg: Unable to find volume group ${name} in the Device\n        Configuration Database.`,
          );
    }
    return done("rootvg\n");
  },
};
