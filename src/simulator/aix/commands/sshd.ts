import { checkSshdConfig } from "../../check-sshd-config.ts";
import { done, failed, type SimulatedCommand } from "../command.ts";

/** Only the test of a configuration (-t): SRC starts the daemon itself. */
export const sshd: SimulatedCommand = {
  path: "/usr/sbin/sshd",
  isChange: () => false,
  run(ctx, args) {
    const wrong = checkSshdConfig(ctx.fs, args);
    if (wrong !== undefined) {
      return failed(255, wrong);
    }
    return ctx.machine.faults.sshdRefusesConfig
      ? failed(255, "/etc/ssh/sshd_config: terminating, 1 bad configuration options")
      : done();
  },
};
