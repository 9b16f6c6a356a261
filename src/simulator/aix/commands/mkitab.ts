import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { identifierOf, readInittab, writeInittab } from "../inittab.ts";

const USAGE = "mkitab [-i Identifier] {[Identifier]:[RunLevel]:[Action]:[Command]}";
const ACTIONS =
  /^(?:respawn|wait|once|boot|bootwait|powerfail|powerwait|off|hold|ondemand|initdefault|sysinit)$/u;
const IDENTIFIER_LENGTH_MAX = 14;

/** Adds a line to /etc/inittab: at its end, or behind the one of -i. One that is there is refused. */
export const mkitab: SimulatedCommand = {
  path: "/usr/sbin/mkitab",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "i:");
    if (typeof flags === "string") {
      return usageError("mkitab", flags, USAGE, 1);
    }
    const [entry = "", ...rest] = flags.operands;
    const [, identifier = "", action = ""] = /^([^:]+):[^:]*:([^:]*):./u.exec(entry) ?? [];
    const isGood =
      identifier !== "" && identifier.length <= IDENTIFIER_LENGTH_MAX && ACTIONS.test(action);
    if (!isGood || rest.length > 0) {
      return usageError("mkitab", "", USAGE, 1);
    }
    const lines = [...readInittab(ctx)];
    if (lines.some((line) => identifierOf(line) === identifier)) {
      return failed(1, `mkitab: 0481-107 The ${identifier} entry is already in /etc/inittab.`);
    }
    const after = flags.value("i");
    const place = lines.findIndex((line) => identifierOf(line) === after);
    if (after !== undefined && place === -1) {
      return failed(1, `mkitab: 0481-108 There is no ${after} entry in /etc/inittab.`);
    }
    lines.splice(place === -1 ? lines.length : place + 1, 0, entry);
    writeInittab(ctx, lines);
    return done();
  },
};
