import type { System } from "../../system/system.ts";
import { readAttributes } from "./odm.ts";

const BOOTUTIL = "/usr/lib/boot/bootutil";
const CHDEV = "/usr/sbin/chdev";

/** The attribute of sys0 by which an image drops its device customisation, and its value: "1" where it does. */
export interface CleanDevicesSetting {
  /** "clouddev" where this level of AIX has it, else "ghostdev". */
  readonly attribute: string;
  /** Absent where sys0 does not tell. */
  readonly value?: string;
}

/** Asks sys0. */
export async function findCleanDevicesSetting(sys: System): Promise<CleanDevicesSetting> {
  const sys0 = await readAttributes(sys, "sys0");
  const attribute = sys0?.has("clouddev") === true ? "clouddev" : "ghostdev";
  const value = sys0?.get(attribute)?.[0];
  return value === undefined ? { attribute } : { attribute, value };
}

/** Gives an attribute of sys0 the value that it had before `ensureCleanDevicesOnDeploy`, if it still has ours. Says what was done. */
export async function restoreCleanDevicesSetting(
  sys: System,
  attribute: string,
  before: string,
): Promise<string> {
  const now = (await readAttributes(sys, "sys0"))?.get(attribute)?.[0];
  if (now !== "1" || before === "1") {
    return `kept sys0 ${attribute}=${now ?? ""}`;
  }
  const { exitCode } = await sys.exec.run([CHDEV, "-l", "sys0", "-a", `${attribute}=${before}`], {
    okExitCodes: "any",
  });
  return exitCode === 0
    ? `set sys0 ${attribute}=${before}, as before the install`
    : `could not set sys0 ${attribute}=${before} (chdev ended with exit code ${exitCode})`;
}

/**
 * Makes an image that is captured from this machine drop its device customisation when it boots as
 * another machine: `clouddev` of sys0 where this level of AIX has it, else `ghostdev` (compat
 * core.md §1.1, aix/commands.md §2.6). Says what was done or was so already; what fails is said
 * too, and is no reason to stop.
 *
 * What `bootutil -c` does is not confirmed (probably the NVRAM variable of clouddev): it runs as in
 * IBM's package, only where clouddev changes, and its outcome decides nothing.
 */
export async function ensureCleanDevicesOnDeploy(sys: System): Promise<string> {
  const { attribute, value } = await findCleanDevicesSetting(sys);
  if (value === "1") {
    return `kept sys0 ${attribute}=1`;
  }
  if (attribute === "clouddev") {
    await sys.exec.run([BOOTUTIL, "-c"], { okExitCodes: "any" });
  }
  const { exitCode } = await sys.exec.run([CHDEV, "-l", "sys0", "-a", `${attribute}=1`], {
    okExitCodes: "any",
  });
  return exitCode === 0
    ? `set sys0 ${attribute}=1`
    : `could not set sys0 ${attribute}=1 (chdev ended with exit code ${exitCode}): a captured image keeps its devices`;
}
