import { readTextIfExists } from "../../../system/files.ts";
import {
  type CommandContext,
  type CommandOutcome,
  done,
  failed,
  type SimulatedCommand,
} from "../command.ts";
import { type Flags, parseFlags, usageError } from "../flags.ts";
import { startSubsystem, stopSubsystem } from "../subsystems.ts";

const USAGE =
  "chrctcp [-S] {-a | -d | -s | -k} Subsystem\n       chrctcp -c Subsystem -f Flag[=Value] [-f Flag[=Value]]...";
const FILE = "/etc/rc.tcpip";

/** Switches a daemon's line in /etc/rc.tcpip on (-a), off (-d), or changes its flags (-c); -S also starts or stops it. */
export const chrctcp: SimulatedCommand = {
  path: "/usr/sbin/chrctcp",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "Sa:d:c:f:");
    if (typeof flags === "string") {
      return usageError("chrctcp", flags, USAGE, 1);
    }
    const modes = ["a", "d", "c"].filter((letter) => flags.has(letter));
    const [mode = ""] = modes;
    const hasFlags = flags.has("f");
    if (
      modes.length !== 1 ||
      flags.operands.length > 0 ||
      (mode === "c") !== hasFlags ||
      (flags.has("S") && mode === "c")
    ) {
      return usageError("chrctcp", "", USAGE, 1);
    }
    return change(ctx, flags, mode, flags.value(mode) ?? "");
  },
};

function change(ctx: CommandContext, flags: Flags, mode: string, daemon: string): CommandOutcome {
  const text = readTextIfExists(ctx.fs, FILE) ?? "";
  const lines = text.split("\n");
  const at = lines.findIndex((line) => daemonOf(line) === daemon);
  if (at === -1) {
    return failed(1, `chrctcp: ${daemon} is not in ${FILE}`);
  }
  const plain = (lines[at] ?? "").replace(/^#+\s*/u, "");
  lines[at] =
    mode === "d" ? `#${plain}` : mode === "a" ? plain : withFlags(plain, flags.values("f"));
  const changed = lines.join("\n");
  if (changed !== text) {
    ctx.fs.write(FILE, changed);
  }
  if (!flags.has("S")) {
    return done();
  }
  const subsystem = ctx.machine.subsystems.find(({ name }) => name === daemon);
  if (subsystem === undefined) {
    return {
      exitCode: 1,
      stdout: `0513-085 The ${daemon} Subsystem is not on file.\n`,
      stderr: "",
    };
  }
  return mode === "a" ? startSubsystem(ctx, subsystem) : stopSubsystem(ctx, subsystem);
}

/** "start /usr/sbin/autoconf6 "" " -i en0"": the exact text on AIX is not known. */
function withFlags(line: string, values: readonly string[]): string {
  const [, start = line] = /^(start\s+\S+\s+"[^"]*")/u.exec(line) ?? [];
  const text = values
    .map((value) => {
      const [name = "", argument] = value.split("=");
      const letter = name === "interface" ? "i" : name;
      return argument === undefined
        ? ` -${letter}`
        : argument === "any"
          ? " -A"
          : ` -${letter} ${argument}`;
    })
    .join("");
  return `${start} "${text}"`;
}

/** The daemon that a line starts, switched on or off. */
function daemonOf(line: string): string | undefined {
  return /^#?\s*start\s+\S*\/([^/\s]+)(?:\s|$)/u.exec(line)?.[1];
}
