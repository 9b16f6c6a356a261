import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { takePid } from "../machine.ts";

/** Controls RMC: -z and -k stop, -A adds and starts, -s starts, -p and -P are about remote clients, -K stops all. */
export const rmcctrl: SimulatedCommand = {
  path: "/usr/sbin/rsct/bin/rmcctrl",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "zAspPkKdaqQ");
    if (typeof flags === "string" || flags.order.length !== 1 || flags.operands.length > 0) {
      return usageError(
        "rmcctrl",
        typeof flags === "string" ? flags : "",
        "rmcctrl {-z | -A | -s | -p | -P | -k | -K | -d | -a}",
        1,
      );
    }
    const ctrmc = ctx.machine.subsystems.find(({ name }) => name === "ctrmc");
    const [letter = ""] = flags.order;
    if (ctrmc === undefined) {
      return failed(1, "rmcctrl: 2610-303 The RMC subsystem is not installed.");
    }
    if (["z", "k", "K", "d"].includes(letter)) {
      ctrmc.state = "inoperative";
      delete ctrmc.pid;
    } else if (["A", "s"].includes(letter) && ctrmc.state !== "active") {
      ctrmc.state = "active";
      ctrmc.pid = takePid(ctx.machine);
      return done(
        `0513-059 The ctrmc Subsystem has been started. Subsystem PID is ${ctrmc.pid}.\n`,
      );
    }
    return done();
  },
};
