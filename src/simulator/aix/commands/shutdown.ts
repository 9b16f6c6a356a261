import { done, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";

const USAGE =
  "shutdown [-d] [-F] [-h] [-i] [-k] [-l] [-m] [-p] [-r] [-t mmddHHMM[yy]] [-u] [-v] [+Time [Message]]";

/** Notes what was asked for; the machine keeps running, so that a test can look at it. */
export const shutdown: SimulatedCommand = {
  path: "/usr/sbin/shutdown",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "dFhiklmprt:uv");
    if (typeof flags === "string") {
      return usageError("shutdown", flags, USAGE);
    }
    const [time] = flags.operands;
    if (time !== undefined && !/^(?:\+\d+|now|\d{1,2}:\d{2})$/u.test(time)) {
      return usageError("shutdown", `0481-058 Time "${time}" is not valid.`, USAGE, 1);
    }
    if (!flags.has("k")) {
      ctx.machine.shutdown = { argv: ["/usr/sbin/shutdown", ...args], atMs: ctx.nowMs };
    }
    return done();
  },
};
