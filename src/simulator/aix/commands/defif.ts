import { done, type SimulatedCommand } from "../command.ts";
import { defineInterfaces } from "../discover.ts";
import { lockFailure } from "../odm.ts";
import { parseFlags, usageError } from "../flags.ts";

/** Defines the interfaces en and et of each Ethernet adapter that has none. Silent. */
export const defif: SimulatedCommand = {
  path: "/usr/lib/methods/defif",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "");
    if (typeof flags === "string" || flags.operands.length > 0) {
      return usageError("defif", typeof flags === "string" ? flags : "", "defif");
    }
    const locked = lockFailure(ctx, "defif");
    if (locked !== undefined) {
      return locked;
    }
    defineInterfaces(ctx.machine);
    return done();
  },
};
