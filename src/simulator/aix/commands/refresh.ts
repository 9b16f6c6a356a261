import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { chooseSubsystems, joinOutcomes, settleSubsystems } from "../subsystems.ts";

const USAGE = "refresh {-s Subsystem | -g Group}";

/** Makes an active subsystem read its files again; one that listens to signals cannot. */
export const refresh: SimulatedCommand = {
  path: "/usr/bin/refresh",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "s:g:");
    if (typeof flags === "string") {
      return usageError("refresh", flags, USAGE, 1);
    }
    const [name, group] = [flags.value("s"), flags.value("g")];
    if ((name === undefined) === (group === undefined) || flags.operands.length > 0) {
      return usageError("refresh", "", USAGE, 1);
    }
    settleSubsystems(ctx.machine, ctx.nowMs);
    const choice = chooseSubsystems(ctx.machine, name, group);
    if ("missing" in choice) {
      return choice.missing;
    }
    return joinOutcomes(
      choice.found.map((subsystem) => {
        if (subsystem.state !== "active") {
          return failed(
            1,
            `0513-036 The request could not be passed to the ${subsystem.name} subsystem.\nStart the subsystem and try your command again.`,
          );
        }
        return subsystem.method === "signals"
          ? failed(
              1,
              `0513-005 The Subsystem, ${subsystem.name}, only supports signal communication.`,
            )
          : done("0513-095 The request for subsystem refresh was completed successfully.\n");
      }),
    );
  },
};
