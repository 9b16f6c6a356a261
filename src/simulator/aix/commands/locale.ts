import { done, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";

const DIRECTORY = "/usr/lib/nls/loc";
const CATEGORIES = ["COLLATE", "CTYPE", "MONETARY", "NUMERIC", "TIME", "MESSAGES"];

/** Lists locales with -a; else says which one holds, in the C locale of the agent's commands. */
export const locale: SimulatedCommand = {
  path: "/usr/bin/locale",
  isChange: () => false,
  run({ fs }, args) {
    const flags = parseFlags(args, "am");
    if (typeof flags === "string" || flags.operands.length > 0 || flags.has("m")) {
      return usageError(
        "locale",
        typeof flags === "string" ? flags : "",
        "locale [-O 64] [-a | -m]",
      );
    }
    if (!flags.has("a")) {
      const lines = ["LANG=C", ...CATEGORIES.map((name) => `LC_${name}="C"`), "LC_ALL="];
      return done(`${lines.join("\n")}\n`);
    }
    const files = fs.stat(DIRECTORY) === undefined ? [] : fs.list(DIRECTORY);
    const names = files.filter((file) => !file.endsWith(".im") && !file.endsWith("__64"));
    return done(`${["C", "POSIX", ...names].join("\n")}\n`);
  },
};
