import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import type { AixMachine } from "../machine.ts";

const USAGE = "uname [-aFfLlMmnprsTuvWx] [-S Name]";
/** The order in which uname prints, whatever the order of its flags. */
const ORDER = ["s", "n", "r", "v", "m", "p", "M", "u", "L", "F", "W"];
const NODE_NAME_LENGTH_MAX = 255;

/** Names of the system; -S sets the node name. */
export const uname: SimulatedCommand = {
  path: "/usr/bin/uname",
  isChange: (args) => args.some((arg) => /^-[A-Za-z]*S/u.test(arg)),
  run(ctx, args) {
    const flags = parseFlags(args, "aFLMmnprsuvWS:");
    if (typeof flags === "string") {
      return usageError("uname", flags, USAGE);
    }
    const name = flags.value("S");
    if (flags.operands.length > 0 || (name !== undefined && flags.order.length > 1)) {
      return usageError("uname", "", USAGE);
    }
    if (name !== undefined) {
      if (name === "" || name.length > NODE_NAME_LENGTH_MAX) {
        return failed(1, "uname: Name is not valid");
      }
      ctx.machine.nodeName = name;
      return done();
    }
    const wanted = new Set(
      flags.order.flatMap((letter) => (letter === "a" ? ["s", "n", "r", "v", "m"] : [letter])),
    );
    const letters = wanted.size === 0 ? ["s"] : ORDER.filter((letter) => wanted.has(letter));
    return done(`${letters.map((letter) => value(ctx.machine, letter)).join(" ")}\n`);
  },
};

function value(machine: AixMachine, letter: string): string {
  const { identity } = machine;
  const [version = "", release = ""] = machine.level.split(".");
  switch (letter) {
    case "s":
      return "AIX";
    case "n":
      return machine.nodeName;
    case "r":
      return release;
    case "v":
      return version;
    case "m":
      return identity.machineId;
    case "p":
      return "powerpc";
    case "M":
      return identity.modelName;
    case "u":
      return identity.systemId;
    case "L":
      return `${identity.partitionNumber} ${identity.partitionName}`;
    case "F":
      return identity.partitionUuid.replaceAll("-", "");
    default:
      return "0";
  }
}
