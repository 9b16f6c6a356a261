import { CommandError } from "../../system/command-error.ts";
import { exists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import { isPowerVm, readProperty } from "./power-hardware.ts";

const DIRECTORIES = ["/usr/sbin", "/sbin", "/usr/bin"];
const MODES = ["normal", "service"];

/**
 * On a partition of PowerVM, makes the firmware start from the disk of this boot: the path that the
 * firmware took (/proc/device-tree/chosen/bootpath) is turned into a disk by ofpathname, and
 * bootlist writes that to both lists (powerpc-utils). Nothing on other machines.
 */
export async function ensureLinuxBootList(ctx: DistroContext): Promise<readonly Problem[]> {
  const { sys, log } = ctx;
  const ofpathname = findTool(sys, "ofpathname");
  const bootlist = findTool(sys, "bootlist");
  if (!isPowerVm(sys) || ofpathname === undefined || bootlist === undefined) {
    log.debug("This is no PowerVM partition with powerpc-utils: there is no boot list to set");
    return [];
  }
  const disk = await findBootDisk(sys, ofpathname);
  if ("reason" in disk) {
    const message = `Cannot tell which disk this boot came from, so the boot list is left alone: ${disk.reason}`;
    return [{ message, severity: "warning" }];
  }
  const isSet = async (): Promise<boolean> => {
    const lists = [];
    for (const mode of MODES) {
      const argv = [bootlist, "-m", mode, "-o"];
      lists.push((await sys.exec.query(argv, { okExitCodes: "any" })).stdout.trim());
    }
    return lists.every((list) => list.split(/\s+/u).join(" ") === disk.name);
  };
  if (await isSet()) {
    log.debug(`The boot lists are "${disk.name}" already`);
    return [];
  }
  const argv = [bootlist, "-m", "both", "-o", disk.name];
  const result = await sys.exec.run(argv, { okExitCodes: "any" });
  if (result.exitCode !== 0) {
    const { message } = new CommandError(argv, result);
    return [{ message: `Failed to set the bootlist. ${message}` }];
  }
  log.info(`Set the boot lists to "${disk.name}"`);
  return [];
}

function findTool(sys: System, name: string): string | undefined {
  return DIRECTORIES.map((directory) => `${directory}/${name}`).find((path) =>
    exists(sys.fs, path),
  );
}

async function findBootDisk(
  sys: System,
  ofpathname: string,
): Promise<{ readonly name: string } | { readonly reason: string }> {
  const bootPath = readProperty(sys, "chosen/bootpath").replaceAll("\0", "").trim();
  if (!/^\/[\x21-\x7e]{1,255}$/u.test(bootPath)) {
    return { reason: `the firmware's bootpath is "${bootPath.slice(0, 60)}"` };
  }
  // What follows the disk's own address: a partition, a file.
  const diskPath = bootPath.replace(/:[^/]*$/u, "");
  const argv = [ofpathname, "-l", diskPath];
  const result = await sys.exec.query(argv, { okExitCodes: "any" });
  if (result.exitCode !== 0) {
    return { reason: new CommandError(argv, result).message };
  }
  const name = result.stdout.trim().split(/\s+/u)[0] ?? "";
  return /^[a-z][\w!-]{0,62}$/u.test(name)
    ? { name }
    : { reason: `"${argv.join(" ")}" names none ("${name.slice(0, 60)}")` };
}
