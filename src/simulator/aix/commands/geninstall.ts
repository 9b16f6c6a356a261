import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { addSoftware } from "../software.ts";

const USAGE = "geninstall -d Device [-I installpFlags] File ...";

/** Installs files out of a directory; a file's name is its fileset's. */
export const geninstall: SimulatedCommand = {
  path: "/usr/sbin/geninstall",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "I:d:");
    if (typeof flags === "string") {
      return usageError("geninstall", flags, USAGE, 1);
    }
    const directory = flags.value("d") ?? "";
    const missing = flags.operands.find(
      (file) => ctx.fs.stat(`${directory}/${file}`) === undefined,
    );
    if (directory === "" || missing !== undefined) {
      return failed(
        1,
        `0503-105 geninstall: The device or directory: ${directory} does not exist.`,
      );
    }
    for (const file of flags.operands) {
      addSoftware(ctx, { kind: "fileset", name: file.replace(/\.bff$/u, ""), version: "1.0.0.0" });
    }
    return done();
  },
};
