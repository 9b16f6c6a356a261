import { isDirectory, isFile, readTextIfExists } from "../../system/files.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import { editFile } from "../posix/edit-file.ts";
import type { VolumeWishes } from "../volume-adapter.ts";
import {
  type FstabEntry,
  FSTAB_PATH,
  formatOwnEntry,
  isOwnEntry,
  parseFstab,
  withOwnLines,
} from "./fstab.ts";
import { isMountedAt, isSwap, readActiveSwaps, readMountTable } from "./mount-table.ts";
import { chooseEntries, type ChosenEntry } from "./volumes-entries.ts";
import { ensureSwapFile } from "./volumes-swap.ts";
import { deviceNode } from "./volumes-device.ts";

const MOUNT = "/usr/bin/mount";
const SWAPON = "/usr/sbin/swapon";
const SYSTEMCTL = "/usr/bin/systemctl";
const SYSTEMD_MARK = "/run/systemd/system";
const FSTAB_MODE = 0o644;
/** A server may take its time to answer, several of them one after the other. */
const MOUNT_TIMEOUT_MS = 300_000;

/**
 * A line in /etc/fstab for each entry, its directory, and mounted; the swap file, and swapped to.
 * Lines that cloud-init wrote before are replaced, all others stay byte for byte.
 */
export async function ensureLinuxVolumes(
  ctx: DistroContext,
  wanted: VolumeWishes,
): Promise<readonly Problem[]> {
  const { sys, log } = ctx;
  const { entries, problems } = chooseEntries(ctx, wanted);
  const found: Problem[] = [...problems];
  if (wanted.swap !== undefined) {
    const swap = await ensureSwapFile(ctx, wanted.swap);
    found.push(...swap.problems);
    const { entry } = swap;
    const table = parseFstab(readTextIfExists(sys.fs, FSTAB_PATH) ?? "");
    const isImages = table.some((line) => !isOwnEntry(line) && line.device === entry?.device);
    if (entry !== undefined && !isImages) {
      entries.push(entry);
    }
  }
  if (entries.length === 0) {
    log.debug("No modifications to fstab needed.");
    return found;
  }
  const lines = entries.map(formatOwnEntry);
  const undo = editFile(sys.fs, FSTAB_PATH, (text) => withOwnLines(text, lines), FSTAB_MODE);
  const hasChanged = undo !== undefined;
  if (hasChanged) {
    log.info(`Wrote ${lines.length} entries to ${FSTAB_PATH}`);
    await reloadSystemd(ctx);
  } else {
    log.debug("No changes to /etc/fstab made.");
  }
  found.push(...(await activateSwaps(ctx, entries, hasChanged)));
  found.push(...(await activateMounts(ctx, entries, hasChanged)));
  return found;
}

/**
 * systemd makes its mount units from the table: with the old ones, it can take away again what was
 * mounted in the place of another device. So this comes first.
 */
async function reloadSystemd({ sys, log }: DistroContext): Promise<void> {
  if (!isDirectory(sys.fs, SYSTEMD_MARK) || !isFile(sys.fs, SYSTEMCTL)) {
    return;
  }
  const argv = [SYSTEMCTL, "daemon-reload"];
  const { exitCode, stderr } = await sys.exec.run(argv, { okExitCodes: "any" });
  if (exitCode !== 0) {
    log.warn(`"${argv.join(" ")}" ended with exit code ${exitCode}: ${stderr.trim()}`);
  }
}

async function activateSwaps(
  ctx: DistroContext,
  entries: readonly ChosenEntry[],
  hasChanged: boolean,
): Promise<readonly Problem[]> {
  const { fs } = ctx.sys;
  const active = new Set(readActiveSwaps(ctx.sys));
  const waiting = entries.filter(
    (entry) => isSwap(entry) && entry.isActive !== true && !entry.options.includes("noauto"),
  );
  const isWaiting = ({ device }: ChosenEntry): boolean => {
    const node = deviceNode(fs, device);
    return node === undefined ? hasChanged : !active.has(node);
  };
  return waiting.some(isWaiting) ? activate(ctx, [SWAPON, "-a"], "swapon -a", waiting) : [];
}

async function activateMounts(
  ctx: DistroContext,
  entries: readonly ChosenEntry[],
  hasChanged: boolean,
): Promise<readonly Problem[]> {
  const waiting = entries.filter((entry) => !isSwap(entry) && !entry.options.includes("noauto"));
  const unmounted = (): readonly ChosenEntry[] => {
    const table = readMountTable(ctx.sys);
    return waiting.filter((entry) => !isMountedAt(ctx.sys, table, entry.mountPoint));
  };
  if (waiting.length === 0 || (!hasChanged && unmounted().length === 0)) {
    return [];
  }
  let hasRun = false;
  const found = [
    ...(await activate(ctx, [MOUNT, "-a"], "mount -a", waiting, () => {
      hasRun = true;
    })),
  ];
  // With "nofail", mount is content where there is no such device.
  const isLater = ({ options }: ChosenEntry): boolean =>
    options.includes("bg") || options.includes("x-systemd.automount");
  for (const entry of hasRun && found.length === 0 ? unmounted() : []) {
    if (!isLater(entry)) {
      const message = `"${entry.device}" is not mounted on "${entry.mountPoint}", although 'mount -a' succeeded: its device is missing or has no file system. Its line in ${FSTAB_PATH} stays`;
      found.push({ message, path: entry.path, severity: "warning" });
    }
  }
  return found;
}

async function activate(
  { sys }: DistroContext,
  argv: readonly string[],
  words: string,
  entries: readonly FstabEntry[],
  onRun?: () => void,
): Promise<readonly Problem[]> {
  const { exitCode, stderr } = await sys.exec.run(argv, {
    okExitCodes: "any",
    timeoutMs: MOUNT_TIMEOUT_MS,
    verify: async () => {
      onRun?.();
      return undefined;
    },
  });
  if (exitCode === 0) {
    return [];
  }
  const names = entries.map(({ device }) => `"${device}"`).join(", ");
  const message = `Activating mounts via '${words}' failed: exit code ${exitCode}: ${stderr.trim().replaceAll("\n", "; ")}. The lines of ${names} in ${FSTAB_PATH} stay, the next boot tries again`;
  return [{ message, path: ["mounts"] }];
}
