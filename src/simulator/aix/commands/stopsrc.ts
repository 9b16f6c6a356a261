import type { SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { chooseSubsystems, joinOutcomes, stopSubsystem } from "../subsystems.ts";

const USAGE = "stopsrc [-f | -c] {-a | -s Subsystem | -g Group}";

/** Asks a subsystem or a group to stop and returns at once: lssrc tells when it has ended. */
export const stopsrc: SimulatedCommand = {
  path: "/usr/bin/stopsrc",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "fcas:g:");
    if (typeof flags === "string") {
      return usageError("stopsrc", flags, USAGE, 1);
    }
    const [name, group] = [flags.value("s"), flags.value("g")];
    const targets = [name, group].filter((value) => value !== undefined).length;
    if (flags.operands.length > 0 || targets + Number(flags.has("a")) !== 1) {
      return usageError("stopsrc", "", USAGE, 1);
    }
    const active = ctx.machine.subsystems.filter(({ state }) => state === "active");
    const choice = flags.has("a") ? { found: active } : chooseSubsystems(ctx.machine, name, group);
    return "missing" in choice
      ? choice.missing
      : joinOutcomes(choice.found.map((subsystem) => stopSubsystem(ctx, subsystem)));
  },
};
