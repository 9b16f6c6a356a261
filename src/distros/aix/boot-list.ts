import { CommandError } from "../../system/command-error.ts";
import { exists } from "../../system/files.ts";
import type { ExecResult, System } from "../../system/system.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import { readPhysicalVolumes } from "./physical-volumes.ts";
import type { SeenRootDisks } from "./seen-root-disks.ts";

const BOOTINFO = "/usr/sbin/bootinfo";
const BOOTLIST = "/usr/bin/bootlist";
const BOOT_DEVICE = [BOOTINFO, "-b"];

/**
 * Makes the firmware start from the disk of this boot, so that no optical drive, such as the config
 * drive, comes first. Further disks of rootvg that are in the list (a mirror) stay behind it.
 */
export async function ensureAixBootList(
  ctx: DistroContext,
  rootDisks: SeenRootDisks,
): Promise<readonly Problem[]> {
  const { sys, log } = ctx;
  if (!exists(sys.fs, BOOTLIST)) {
    log.debug(`There is no ${BOOTLIST}: the boot list is left alone`);
    return [];
  }
  const disks = await findBootDisks(sys, rootDisks);
  if (typeof disks === "string") {
    const message = `Cannot tell which disk this boot came from, so the boot list is left alone: ${disks}`;
    return [{ message, severity: "warning" }];
  }
  const current = await readBootList(sys);
  const wanted = [...disks, ...(await keptDisks(ctx, current, disks))];
  if (isSame(current, wanted)) {
    log.debug(`The boot list is ${wanted.join(" ")} already`);
    return [];
  }
  const command = [BOOTLIST, "-m", "normal", "-o", ...wanted];
  let reached: readonly string[] = wanted;
  const result = await sys.exec.run(command, {
    okExitCodes: "any",
    verify: async () => {
      reached = await readBootList(sys);
      return undefined;
    },
  });
  if (result.exitCode !== 0) {
    const { message } = new CommandError(command, result);
    return [{ message: `Failed to set the bootlist. ${message}` }];
  }
  if (!isSame(reached, wanted)) {
    const message = `Failed to set the bootlist. It is "${reached.join(" ")}" after "${command.join(" ")}"`;
    return [{ message }];
  }
  log.info(`Set the boot list to ${wanted.join(" ")}; it was ${current.join(" ") || "empty"}`);
  return [];
}

/** The disk of rootvg where that has one: this boot came from it. Else what bootinfo tells, or why it tells nothing. */
async function findBootDisks(
  sys: System,
  { names }: SeenRootDisks,
): Promise<readonly string[] | string> {
  if (names.length === 1) {
    return names;
  }
  const booted = await askBootDevice(sys);
  const disks = parseBootDisks(booted.stdout);
  if (booted.exitCode === 0 && disks.length > 0) {
    return disks;
  }
  return booted.exitCode === 0
    ? `"${BOOTINFO} -b" names none ("${booted.stdout.trim().slice(0, 60)}")`
    : new CommandError(BOOT_DEVICE, booted).message;
}

/** Names of disks in what `bootinfo -b` prints; a CD or an adapter is nothing to start from again. */
export function parseBootDisks(text: string): readonly string[] {
  const names = text.split(/\s+/u).filter((name) => /^[A-Za-z][\w.-]{0,31}$/u.test(name));
  return [...new Set(names.filter((name) => !isOtherDevice(name)))];
}

/** Devices in the order of the list, each once: `bootlist -o` prints a line for every path, "-" where it is empty (aix/commands.md §6.7). */
export function parseBootList(text: string): readonly string[] {
  const names = text.split("\n").map((line) => line.trim().split(/\s+/u)[0] ?? "");
  return [...new Set(names.filter((name) => name !== "" && name !== "-"))];
}

function isOtherDevice(name: string): boolean {
  return /^(?:cd|rmt|fd|ent|en|et|tok)\d+$/u.test(name);
}

/** Asks which device this boot came from, for `parseBootDisks`. */
export function askBootDevice(sys: System): Promise<ExecResult> {
  return sys.exec.query(BOOT_DEVICE, { okExitCodes: "any" });
}

/** The devices that the firmware tries, in order. */
export async function readBootList(sys: System): Promise<readonly string[]> {
  // A list that was never set can end in an error: it is empty then.
  const argv = [BOOTLIST, "-m", "normal", "-o"];
  const { stdout } = await sys.exec.query(argv, { okExitCodes: "any" });
  return parseBootList(stdout);
}

/** The other disks of rootvg in the list. A disk that is gone has no row in lspv. */
async function keptDisks(
  ctx: DistroContext,
  current: readonly string[],
  disks: readonly string[],
): Promise<readonly string[]> {
  const others = current.filter((name) => !disks.includes(name) && !isOtherDevice(name));
  if (others.length === 0) {
    return [];
  }
  const volumes = await readPhysicalVolumes(ctx.sys);
  const root = volumes.filter(({ volumeGroup }) => volumeGroup === "rootvg");
  return others.filter((name) => root.some(({ disk }) => disk === name));
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, index) => name === right[index]);
}
