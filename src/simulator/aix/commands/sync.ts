import { done, failed, type SimulatedCommand } from "../command.ts";

/** Writes what is in memory to disk. */
export const sync: SimulatedCommand = {
  path: "/usr/sbin/sync",
  isChange: () => true,
  run(ctx, args) {
    if (args.length > 0) {
      return failed(1, `sync: Not a recognized flag: ${args[0] ?? ""}\nUsage: sync`);
    }
    ctx.fs.flush();
    return done();
  },
};
