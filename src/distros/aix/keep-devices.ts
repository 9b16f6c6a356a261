import { errorMessage } from "../../text/error-message.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import { readAttribute, runOdm } from "./odm.ts";

const CHDEV = "/usr/sbin/chdev";

/**
 * Clears `clouddev` of sys0 where it is 1: IBM advises to have it set only while a machine is
 * captured (support page node/7106763; aix/commands.md §2.6). Levels without it have nothing to
 * clear; ghostdev is left alone.
 */
export async function ensureDevicesKept(ctx: DistroContext): Promise<readonly Problem[]> {
  const { sys, log } = ctx;
  const value = await readAttribute(sys, "sys0", "clouddev");
  if (value !== "1") {
    log.debug(
      value === undefined
        ? "This level of AIX has no clouddev: nothing to clear"
        : `clouddev of sys0 is "${value}": nothing to clear`,
    );
    return [];
  }
  try {
    await runOdm(sys, [CHDEV, "-l", "sys0", "-a", "clouddev=0"]);
  } catch (error) {
    return [{ message: `Cannot clear clouddev of sys0, it stays 1: ${errorMessage(error)}` }];
  }
  log.info("Cleared clouddev of sys0: set it again before this machine is captured");
  return [];
}
