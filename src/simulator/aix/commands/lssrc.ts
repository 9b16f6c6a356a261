import { done, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import type { Subsystem } from "../machine.ts";
import { chooseSubsystems, settleSubsystems } from "../subsystems.ts";

const USAGE = "lssrc [-l | -S] {-a | -s Subsystem | -g Group}";

/** Shows subsystems and their states, with -S their definitions in colon form. */
export const lssrc: SimulatedCommand = {
  path: "/usr/bin/lssrc",
  isChange: () => false,
  run(ctx, args) {
    const flags = parseFlags(args, "lSas:g:");
    if (typeof flags === "string") {
      return usageError("lssrc", flags, USAGE, 1);
    }
    const [name, group] = [flags.value("s"), flags.value("g")];
    const targets = [name, group].filter((value) => value !== undefined).length;
    const isAll = flags.has("a") || (flags.has("S") && targets === 0);
    if (flags.operands.length > 0 || targets + Number(isAll) !== 1) {
      return usageError("lssrc", "", USAGE, 1);
    }
    settleSubsystems(ctx.machine, ctx.nowMs);
    const choice = isAll
      ? { found: ctx.machine.subsystems }
      : chooseSubsystems(ctx.machine, name, group);
    if ("missing" in choice) {
      return choice.missing;
    }
    return done(flags.has("S") ? definitions(choice.found) : table(choice.found));
  },
};

function table(subsystems: readonly Subsystem[]): string {
  const header = "Subsystem         Group            PID          Status \n";
  const rows = subsystems.map(
    ({ name, group, pid, state }) =>
      ` ${name.padEnd(16)} ${group.padEnd(16)} ${String(pid ?? "").padEnd(12)} ${state}\n`,
  );
  return header + rows.join("");
}

/** Field 12 is the communication method: -K sockets, -S signals. */
function definitions(subsystems: readonly Subsystem[]): string {
  const header =
    "#subsysname:synonym:cmdargs:path:uid:auditid:standin:standout:standerr:action:multi:contact:svrkey:svrmtype:priority:signorm:sigforce:display:waittime:grpname:\n";
  const rows = subsystems.map(({ name, group, method }) => {
    const contact = method === "sockets" ? "-K" : "-S";
    return `${name}:::/usr/sbin/${name}:0:0:/dev/console:/dev/console:/dev/console:-O:-Q:${contact}:0:0:20:15:9:-d:20:${group}:\n`;
  });
  return header + rows.join("");
}
