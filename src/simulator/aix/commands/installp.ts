import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { addSoftware } from "../software.ts";

const USAGE = "installp -a [-c] [-g] [-w] [-X] [-Y] -d Device {FilesetName [Level]} ...";
const LEVEL = "7.3.0.0";

/** Installs filesets that a directory has; `.toc` says which: a name a line. */
export const installp: SimulatedCommand = {
  path: "/usr/sbin/installp",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "acgwXYpd:");
    if (typeof flags === "string" || !flags.has("a") || flags.value("d") === undefined) {
      return usageError("installp", typeof flags === "string" ? flags : "", USAGE, 1);
    }
    const toc = `${flags.value("d") ?? ""}/.toc`;
    if (ctx.fs.stat(toc) === undefined) {
      return failed(
        1,
        `0503-004 The device or directory: ${flags.value("d") ?? ""} does not exist.`,
      );
    }
    const known = new TextDecoder().decode(ctx.fs.readBytes(toc)).split("\n");
    const [name = "", level = LEVEL] = flags.operands;
    if (!known.includes(name)) {
      return failed(1, `0503-465 ${name} was not found on the media.`);
    }
    addSoftware(ctx, { kind: "fileset", name, version: level });
    return done(`${name}  ${level}  USR  APPLY  SUCCESS\n`);
  },
};
