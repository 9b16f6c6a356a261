import { readTextIfExists } from "../../../system/files.ts";
import { done, failed, type SimulatedCommand } from "../command.ts";

/**
 * Resolves a name or an address. There is no DNS in the simulator: /etc/hosts is all that answers,
 * by the text that it has. The answer's form is in aix/commands.md §3.7; the message for an address
 * is unconfirmed.
 */
export const host: SimulatedCommand = {
  path: "/usr/bin/host",
  isChange: () => false,
  run(ctx, args) {
    const [given, ...rest] = args;
    if (given === undefined || rest.length > 0 || given.startsWith("-")) {
      return failed(1, "Usage: host { HostName | Address }");
    }
    for (const line of (readTextIfExists(ctx.fs, "/etc/hosts") ?? "").split("\n")) {
      const words = line.replace(/#.*$/u, "").trim().split(/\s+/u);
      const [address = "", name = "", ...aliases] = words;
      if (name !== "" && words.includes(given)) {
        const others = aliases.length === 0 ? "" : `,  Aliases:   ${aliases.join(", ")}`;
        return done(`${name} is ${address}${others}\n`);
      }
    }
    return /^[0-9.]+$|:/u.test(given)
      ? failed(1, `host: 0827-803 Cannot find address ${given}.`)
      : failed(1, `host: 0827-801 Host name ${given} does not exist.`);
  },
};
