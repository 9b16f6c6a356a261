import { CommandError } from "../../system/command-error.ts";
import { exists } from "../../system/files.ts";
import { errorMessage } from "../../text/error-message.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import { queryOdm, readAttribute, runOdm } from "./odm.ts";

const LSPATH = "/usr/sbin/lspath";
const CHDEV = "/usr/sbin/chdev";
const ATTRIBUTE = "hcheck_interval";

/**
 * Sets how often the paths of each multipath disk are checked, in the device database alone (-P):
 * a disk in use takes it at the next boot. Disks without the attribute, and those that have the
 * value, are left alone; one that refuses does not stop the others.
 */
export async function ensureHealthCheckInterval(
  ctx: DistroContext,
  seconds: number,
): Promise<readonly Problem[]> {
  if (!exists(ctx.sys.fs, LSPATH)) {
    ctx.log.debug(`There is no ${LSPATH}: this system has no multipath disks`);
    return [];
  }
  const argv = [LSPATH, "-F", "name"];
  const result = await queryOdm(ctx.sys, argv, { okExitCodes: "any" });
  if (result.exitCode !== 0) {
    const { message } = new CommandError(argv, result);
    return [{ message: `Cannot list the paths of multipath disks: ${message}` }];
  }
  const disks = parsePathNames(result.stdout);
  if (disks.length === 0) {
    ctx.log.debug("Failed to find any paths to multipath device.");
  }
  const problems: Problem[] = [];
  for (const disk of disks) {
    const problem = await ensureInterval(ctx, disk, String(seconds));
    if (problem !== undefined) {
      problems.push(problem);
    }
  }
  return problems;
}

/** Names of disks, each once: lspath prints a line for every path (aix/commands.md §2.8). */
export function parsePathNames(text: string): readonly string[] {
  const names = text.split("\n").map((line) => line.trim());
  return [...new Set(names.filter((name) => /^hdisk[\w.-]{1,26}$/u.test(name)))];
}

async function ensureInterval(
  { sys, log }: DistroContext,
  disk: string,
  wanted: string,
): Promise<Problem | undefined> {
  let stays = "";
  try {
    const current = await readAttribute(sys, disk, ATTRIBUTE);
    if (current === undefined) {
      log.debug(`Disk "${disk}" has no attribute "${ATTRIBUTE}": its paths are not checked`);
      return undefined;
    }
    if (current === wanted) {
      log.debug(`Disk "${disk}" has ${ATTRIBUTE}=${wanted} already`);
      return undefined;
    }
    stays = ` It stays ${current} s:`;
    await runOdm(sys, [CHDEV, "-l", disk, "-a", `${ATTRIBUTE}=${wanted}`, "-P"]);
    return undefined;
  } catch (error) {
    return {
      message: `Failed to permanently change the hcheck interval for hdisk "${disk}".${stays} ${errorMessage(error)}`,
    };
  }
}
