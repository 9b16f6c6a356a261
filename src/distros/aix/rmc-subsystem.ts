import { errorMessage } from "../../text/error-message.ts";
import type { System } from "../../system/system.ts";
import type { DistroContext } from "../distro.ts";
import { isSubsystemUp, waitForSubsystem } from "./services.ts";

const LSSRC = "/usr/bin/lssrc";
const STARTSRC = "/usr/bin/startsrc";
const CTRMC = "ctrmc";

/**
 * Whether SRC knows RMC and says that neither it nor anything else of RSCT runs, its group and
 * topology services included, as in each boot script: the last line of /etc/inittab starts RMC. A row is "NAME [GROUP] [PID] STATUS".
 */
export async function isRsctDown(sys: System): Promise<boolean> {
  const { exitCode, stdout } = await sys.exec.query([LSSRC, "-a"], { okExitCodes: "any" });
  const rows = stdout.split("\n").map((line) => line.trim().split(/\s+/u));
  const own = rows.filter(
    ([name = "", group = ""]) => name === CTRMC || /^(?:rsct(?:_.*)?|cthags|cthats)$/u.test(group),
  );
  return (
    exitCode === 0 &&
    own.some(([name]) => name === CTRMC) &&
    own.every((row) => row.at(-1) === "inoperative")
  );
}

/**
 * RMC runs after a reset, also where recfgct did not start it. The last line of /etc/inittab starts
 * it too, after the boot scripts: that then finds it active, which is harmless. Returns what is wrong.
 */
export async function ensureRmcRuns(ctx: DistroContext, said: string): Promise<string | undefined> {
  if (hasStarted(ctx.sys, said) || (await isSubsystemUp(ctx.sys, CTRMC))) {
    return undefined;
  }
  try {
    await ctx.sys.exec.run([STARTSRC, "-s", CTRMC], {
      okExitCodes: "any",
      verify: () => waitForSubsystem(ctx.sys, CTRMC, "active"),
    });
    return undefined;
  } catch (error) {
    return errorMessage(error);
  }
}

/** Whether recfgct passed on SRC's word that RMC was started, and that process is there now (aix/commands.md §9). */
function hasStarted({ fs }: System, said: string): boolean {
  const pid = /\b0513-059 .*\bctrmc\b.*\bPID is (\d+)/u.exec(said)?.[1];
  return pid !== undefined && fs.stat(`/proc/${pid}`)?.kind === "directory";
}
