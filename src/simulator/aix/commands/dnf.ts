import { done, failed, type SimulatedCommand } from "../command.ts";
import { installAgentFiles } from "../agent-packages.ts";
import { addSoftware, findRpm } from "../software.ts";

const VERSION = "1.0";

/**
 * `dnf -y install|upgrade|makecache` of the AIX Toolbox, whose repositories have every package but
 * those whose names begin with "no-such".
 */
export const dnf: SimulatedCommand = {
  path: "/opt/freeware/bin/dnf",
  isChange: () => true,
  run(ctx, args) {
    const [verb = "", ...names] = args.filter((arg) => arg !== "-y");
    if (verb === "makecache" || verb === "upgrade") {
      return done("Nothing to do.\nComplete!\n");
    }
    if (verb !== "install" || names.length === 0) {
      return failed(1, `No such command: ${verb}`);
    }
    const unknown = names.find((name) => name.startsWith("no-such"));
    if (unknown !== undefined) {
      return failed(
        1,
        `No match for argument: ${unknown}\nError: Unable to find a match: ${unknown}`,
      );
    }
    for (const name of names.filter((wanted) => findRpm(ctx, wanted) === undefined)) {
      // "sudo-1.9": the version begins at the last "-" before a digit.
      const [, base = name, version = VERSION] = /^(.+?)-(\d.*)$/u.exec(name) ?? [];
      addSoftware(ctx, { kind: "rpm", name: base, version });
      installAgentFiles(ctx, base);
    }
    return done("Complete!\n");
  },
};
