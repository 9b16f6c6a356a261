import { done, failed, type SimulatedCommand } from "../command.ts";

/** Shows the running host name, as it was set; with an operand sets it until the next boot. */
export const hostname: SimulatedCommand = {
  path: "/usr/bin/hostname",
  isChange: (args) => args.some((arg) => !arg.startsWith("-")),
  run(ctx, args) {
    const [first, ...rest] = args;
    if (first === undefined) {
      return done(`${ctx.machine.hostname}\n`);
    }
    if (rest.length > 0 || (first.startsWith("-") && first !== "-s")) {
      return failed(
        1,
        `hostname: Not a recognized flag: ${first}\nUsage: hostname [-s] [HostName]`,
      );
    }
    if (first === "-s") {
      return done(`${ctx.machine.hostname.split(".")[0] ?? ""}\n`);
    }
    ctx.machine.hostname = first;
    return done(`${first}\n`);
  },
};
