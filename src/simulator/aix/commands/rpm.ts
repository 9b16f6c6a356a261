import { done, failed, type SimulatedCommand } from "../command.ts";
import { findRpm, listSoftware } from "../software.ts";

/** `rpm -qa`: everything. `rpm -q NAME…`: what is installed; exit code = how many are not (aix/commands.md §10). */
export const rpm: SimulatedCommand = {
  path: "/usr/bin/rpm",
  isChange: (args) => args[0] !== "-q" && args[0] !== "-qa",
  run(ctx, args) {
    const [flag, ...names] = args;
    if (flag === "-qa" && names.length === 0) {
      const installed = listSoftware(ctx).filter(({ kind }) => kind === "rpm");
      return done(installed.map(({ name, version }) => `${name}-${version}.ppc\n`).join(""));
    }
    if (flag !== "-q" || names.length === 0) {
      return failed(1, "rpm: only -q NAME and -qa are simulated");
    }
    const lines = names.map((wanted) => {
      const found = findRpm(ctx, wanted);
      return found === undefined
        ? `package ${wanted} is not installed`
        : `${found.name}-${found.version}.ppc`;
    });
    const missing = lines.filter((line) => line.endsWith(" is not installed")).length;
    return { ...done(`${lines.join("\n")}\n`), exitCode: Math.min(missing, 255) };
  },
};
