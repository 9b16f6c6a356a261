import { done, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";

const USAGE = "who [-b] [-r]";
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `who -b`: the time of the last boot, with a year on 7.2 and without one on 7.3. Times are UTC here. */
export const who: SimulatedCommand = {
  path: "/usr/bin/who",
  isChange: () => false,
  run(ctx, args) {
    const flags = parseFlags(args, "br");
    if (typeof flags === "string") {
      return usageError("who", flags, USAGE);
    }
    if (flags.operands.length > 0) {
      return usageError("who", "", USAGE);
    }
    const { level, faults } = ctx.machine;
    const format = faults.whoFormat ?? (level === "7.2" ? "iso" : "month");
    const boot = new Date(ctx.machine.bootTimeMs);
    const text = format === "iso" ? isoTime(boot) : `${monthTime(boot)}                     `;
    const runLevel = flags.has("r")
      ? `   .        run-level 2 ${isoTime(boot)}     2    0    S\n`
      : "";
    return done((flags.has("b") ? `   .        system boot ${text}\n` : "") + runLevel);
  },
};

function isoTime(date: Date): string {
  return date.toISOString().slice(0, 16).replace("T", " ");
}

function monthTime(date: Date): string {
  const day = String(date.getUTCDate()).padStart(2);
  return `${MONTHS[date.getUTCMonth()] ?? ""} ${day} ${date.toISOString().slice(11, 16)}`;
}
