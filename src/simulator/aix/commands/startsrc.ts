import type { SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { chooseSubsystems, joinOutcomes, startSubsystem } from "../subsystems.ts";

const USAGE = "startsrc [-a Argument] [-e Environment] {-s Subsystem | -g Group}";

/** Starts a subsystem or a group; those of a group that run already stay as they are. */
export const startsrc: SimulatedCommand = {
  path: "/usr/bin/startsrc",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "a:e:s:g:");
    if (typeof flags === "string") {
      return usageError("startsrc", flags, USAGE, 1);
    }
    const [name, group] = [flags.value("s"), flags.value("g")];
    if ((name === undefined) === (group === undefined) || flags.operands.length > 0) {
      return usageError("startsrc", "", USAGE, 1);
    }
    const choice = chooseSubsystems(ctx.machine, name, group);
    return "missing" in choice
      ? choice.missing
      : joinOutcomes(choice.found.map((subsystem) => startSubsystem(ctx, subsystem)));
  },
};
