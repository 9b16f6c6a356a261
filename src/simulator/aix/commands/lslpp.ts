import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { listSoftware } from "../software.ts";

const USAGE = "lslpp {-L | -l} [-c] [-q] [FilesetName ... | all]";

/** `lslpp -Lc FILESET`: colon records; exit code 1 where it is not installed (aix/commands.md §10). */
export const lslpp: SimulatedCommand = {
  path: "/usr/bin/lslpp",
  isChange: () => false,
  run(ctx, args) {
    const flags = parseFlags(args, "Llcq");
    if (typeof flags === "string") {
      return usageError("lslpp", flags, USAGE, 1);
    }
    const [wanted = "all"] = flags.operands;
    const found = listSoftware(ctx).filter(
      ({ kind, name }) => kind === "fileset" && (wanted === "all" || name === wanted),
    );
    if (found.length === 0) {
      return failed(1, `lslpp: 0504-132  Fileset ${wanted} not installed.`);
    }
    const lines = found.map(
      ({ name, version }) => `${name.split(".")[0] ?? name}:${name}:${version}: : :C: :Simulated:`,
    );
    return done(`${lines.join("\n")}\n`);
  },
};
