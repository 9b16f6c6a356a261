import { type CommandContext, done, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";

const USAGE = "ps [-p ProcessIDs] [-o Format]";
const FIELDS: Readonly<Record<string, string>> = {
  pid: "PID",
  etime: "ELAPSED",
  etimes: "ELAPSED",
  args: "COMMAND",
  comm: "COMMAND",
};

/** `ps -o FIELDS -p PID`: for init, and where /proc is there for any process. */
export const ps: SimulatedCommand = {
  path: "/usr/bin/ps",
  isChange: () => false,
  run(ctx, args) {
    const flags = parseFlags(args, "p:o:");
    if (typeof flags === "string") {
      return usageError("ps", flags, USAGE, 1);
    }
    const pids = flags.value("p")?.split(",") ?? [];
    const fields = (flags.value("o") ?? "pid,etime,args")
      .split(",")
      .map((field) => field.split("="));
    const names = fields.map(([name = ""]) => name);
    if (
      pids.length === 0 ||
      flags.operands.length > 0 ||
      names.some((name) => !Object.hasOwn(FIELDS, name))
    ) {
      return usageError("ps", "", USAGE, 1);
    }
    const rows = pids.filter((pid) => isRunning(ctx, pid));
    const titles = fields.map(([name = "", title]) => title ?? FIELDS[name] ?? "");
    const header = titles.every((title) => title === "") ? "" : `${titles.join(" ")}\n`;
    const lines = rows.map((pid) => `${names.map((name) => valueOf(ctx, pid, name)).join(" ")}\n`);
    return { ...done(header + lines.join("")), exitCode: rows.length === 0 ? 1 : 0 };
  },
};

function isRunning(ctx: CommandContext, pid: string): boolean {
  return /^\d+$/u.test(pid) && (pid === "1" || ctx.fs.stat(`/proc/${pid}`) !== undefined);
}

function valueOf(ctx: CommandContext, pid: string, name: string): string {
  const seconds = Math.max(0, Math.floor((ctx.nowMs - ctx.machine.bootTimeMs) / 1000));
  switch (name) {
    case "pid":
      return pid;
    case "etime":
      return elapsed(seconds).padStart(11);
    case "etimes":
      return String(seconds);
    default:
      return pid === "1" ? "/etc/init" : commandLine(ctx, pid);
  }
}

function commandLine(ctx: CommandContext, pid: string): string {
  const bytes = ctx.fs.readBytesIfExists(`/proc/${pid}/cmdline`) ?? new Uint8Array();
  return new TextDecoder().decode(bytes).replace(/\0+$/u, "").replaceAll("\0", " ");
}

/** [[DD-]HH:]MM:SS */
function elapsed(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3_600) % 24;
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return days > 0 ? `${days}-${two(hours)}:${rest}` : hours > 0 ? `${two(hours)}:${rest}` : rest;
}
