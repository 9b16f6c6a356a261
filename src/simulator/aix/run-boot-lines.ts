import type { FileSystem } from "../../system/system.ts";
import type { CommandContext, SimulatedCommand } from "./command.ts";
import { autoconf6 } from "./commands/autoconf6.ts";
import { chdev } from "./commands/chdev.ts";
import { ifconfig } from "./commands/ifconfig.ts";
import { route } from "./commands/route.ts";
import type { AixMachine } from "./machine.ts";

const COMMANDS: readonly SimulatedCommand[] = [autoconf6, chdev, ifconfig, route];

/** What /etc/rc.tcpip does besides starting daemons: autoconf6, and plain command lines that somebody has added. */
export function runBootLines(
  machine: AixMachine,
  fs: FileSystem,
  text: string,
  nowMs: number,
): void {
  const ctx: CommandContext = {
    machine,
    fs,
    stdin: "",
    nowMs,
    randomBytes: (count) => new Uint8Array(count),
    openDisc: () => undefined,
  };
  for (const line of text.split("\n")) {
    const [, flags] =
      /^start\s+\/usr\/sbin\/autoconf6\s+"[^"]*"\s*(?:"([^"]*)")?/u.exec(line) ?? [];
    const plain = line.replace(/\s#.*$/u, "").replace(/\s*\d?>.*$/u, "");
    const [program = "", ...args] =
      flags === undefined
        ? plain.split(/\s+/u)
        : ["/usr/sbin/autoconf6", ...flags.trim().split(/\s+/u)];
    COMMANDS.find(({ path }) => path === program)?.run(ctx, args);
  }
}
