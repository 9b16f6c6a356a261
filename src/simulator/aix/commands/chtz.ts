import { done, failed, type SimulatedCommand } from "../command.ts";
import { changeEnvironment } from "../environment-line.ts";

/** Changes TZ in /etc/environment; takes any zone, one that there is not too. */
export const chtz: SimulatedCommand = {
  path: "/usr/bin/chtz",
  isChange: () => true,
  run({ fs }, args) {
    const [zone, ...rest] = args;
    if (zone === undefined || zone === "" || zone.startsWith("-") || rest.length > 0) {
      return failed(1, "Usage: chtz TimeZoneInfo");
    }
    changeEnvironment(fs, { TZ: zone });
    return done();
  },
};
