import { done, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";

const USAGE = "oslevel [-l {Level | Technology Level}] [-g | -q | -r | -s] [-f]";
const DURATION_MS = 2_500;

/** The level of the operating system; slow, as on a real machine. */
export const oslevel: SimulatedCommand = {
  path: "/usr/bin/oslevel",
  isChange: () => false,
  run(ctx, args) {
    const flags = parseFlags(args, "rsf");
    if (typeof flags === "string") {
      return usageError("oslevel", flags, USAGE);
    }
    if (flags.operands.length > 0 || (flags.has("r") && flags.has("s"))) {
      return usageError("oslevel", "", USAGE);
    }
    const { level, technologyLevel } = ctx.machine;
    const text = flags.has("s")
      ? technologyLevel
      : flags.has("r")
        ? technologyLevel.split("-").slice(0, 2).join("-")
        : `${level}.0.0`;
    return { ...done(`${text}\n`), durationMs: DURATION_MS };
  },
};
