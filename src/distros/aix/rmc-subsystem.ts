import { errorMessage } from "../../text/error-message.ts";
import type { DistroContext } from "../distro.ts";
import { isSubsystemUp, waitForSubsystem } from "./services.ts";

const STARTSRC = "/usr/bin/startsrc";
const CTRMC = "ctrmc";

/**
 * RMC runs after a reset, also where recfgct did not start it. The last line of /etc/inittab starts
 * it too, after the boot scripts: that then finds it active, which is harmless. Returns what is wrong.
 */
export async function ensureRmcRuns(ctx: DistroContext): Promise<string | undefined> {
  if (await isSubsystemUp(ctx.sys, CTRMC)) {
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
