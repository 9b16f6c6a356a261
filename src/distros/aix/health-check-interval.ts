import { CommandError } from "../../system/command-error.ts";
import { exists } from "../../system/files.ts";
import type { ExecResult, System } from "../../system/system.ts";
import { errorMessage } from "../../text/error-message.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import { queryOdm, readAttribute, runOdm } from "./odm.ts";

const LSPATH = "/usr/sbin/lspath";
const CHDEV = "/usr/sbin/chdev";
const ATTRIBUTE = "hcheck_interval";
const PATH_NAMES = [LSPATH, "-F", "name"];

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
  const disks = await findDisks(ctx.sys);
  if (typeof disks === "string") {
    return [{ message: `Cannot list the paths of multipath disks: ${disks}` }];
  }
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

/** Asks for the paths of all disks, for `parsePathNames`. */
export function askPathNames(sys: System): Promise<ExecResult> {
  return queryOdm(sys, PATH_NAMES, { okExitCodes: "any" });
}

/**
 * By their device files: a disk without paths has no such attribute ([U]), and what an image has the
 * file of and this machine has no disk for, has none either. Where there are no files, by its paths; a text says why not.
 */
async function findDisks(sys: System): Promise<readonly string[] | string> {
  const files = sys.fs.stat("/dev")?.kind === "directory" ? sys.fs.list("/dev") : [];
  const raw = files.filter((name) => name.startsWith("rhdisk")).map((name) => name.slice(1));
  if (raw.length > 0) {
    return parsePathNames(raw.join("\n"));
  }
  const result = await askPathNames(sys);
  return result.exitCode === 0
    ? parsePathNames(result.stdout)
    : new CommandError(PATH_NAMES, result).message;
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
    // Empty: lsattr may end well for a device that is not there ([U]); no disk has an empty interval.
    if (current === undefined || current === "") {
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
