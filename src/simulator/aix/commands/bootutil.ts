import { done, type SimulatedCommand } from "../command.ts";
import { usageError } from "../flags.ts";

/** -c clears the NVRAM variable of the cleared database, so that the next boot may clear it again. The purpose is [U]. */
export const bootutil: SimulatedCommand = {
  path: "/usr/lib/boot/bootutil",
  isChange: () => true,
  run(ctx, args) {
    if (args.length !== 1 || args[0] !== "-c") {
      return usageError("bootutil", "", "bootutil -c", 1);
    }
    delete ctx.machine.nvram["ibm,aix-clearODMdata"];
    return done();
  },
};
