import { readTextIfExists, statTarget } from "../../system/files.ts";
import { errorMessage } from "../../text/error-message.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import type { MountEntry, VolumeWishes } from "../volume-adapter.ts";
import { type FstabEntry, FSTAB_PATH, isOwnEntry, parseFstab } from "./fstab.ts";
import { isSwap, readMountTable } from "./mount-table.ts";
import { deviceNode, findDevice, isCloudName } from "./volumes-device.ts";
import { checkMountPoint } from "./volumes-mount-point.ts";

/** A line for /etc/fstab, and where the configuration says it. */
export interface ChosenEntry extends FstabEntry {
  readonly path: readonly (string | number)[];
  /** Known to be swapped to. */
  readonly isActive?: boolean;
}

type Choice =
  | { readonly kind: "entry"; readonly entry: ChosenEntry }
  /** Nothing is wrong, and nothing to do. */
  | { readonly kind: "skip"; readonly reason: string }
  | { readonly kind: "wrong"; readonly reason: string; readonly severity?: "warning" };

/** What every machine is given that has such devices (compat modules.md, mounts). */
const DEFAULT_ENTRIES: readonly MountEntry[] = [
  { device: "ephemeral0", mountPoint: "/mnt", type: "auto", options: "", pass: "2", path: [] },
  { device: "swap", mountPoint: "none", type: "swap", options: "sw", path: [] },
];

/** mount.cifs(8). */
const PASSWORD_OPTION = /^pass(?:word)?2?=/u;

/** What the choice depends on. */
interface Surroundings {
  readonly ctx: DistroContext;
  readonly names: ReadonlyMap<string, string>;
  /** Lines of /etc/fstab that others wrote. */
  readonly others: readonly FstabEntry[];
  /** Where lines of ours, which are about to be replaced, mount something. */
  readonly ownPlaces: ReadonlySet<string>;
  readonly mounted: readonly FstabEntry[];
  readonly chosen: ChosenEntry[];
}

/** The entries that can be written, their directories made; then those that every machine has. */
export function chooseEntries(
  ctx: DistroContext,
  wanted: VolumeWishes,
): { readonly entries: ChosenEntry[]; readonly problems: readonly Problem[] } {
  const table = parseFstab(readTextIfExists(ctx.sys.fs, FSTAB_PATH) ?? "");
  const around: Surroundings = {
    ctx,
    names: wanted.deviceNames ?? new Map(),
    others: table.filter((entry) => !isOwnEntry(entry)),
    ownPlaces: new Set(table.filter(isOwnEntry).map(({ mountPoint }) => mountPoint)),
    mounted: readMountTable(ctx.sys),
    chosen: [],
  };
  const problems: Problem[] = [];
  const mounts = wanted.mounts ?? [];
  for (const entry of mounts) {
    const choice = choose(around, entry);
    switch (choice.kind) {
      case "entry":
        around.chosen.push(choice.entry);
        if (choice.entry.options.some((option) => PASSWORD_OPTION.test(option))) {
          const message = `The options of "${entry.device}" hold a password that everyone can read in ${FSTAB_PATH}; "credentials=FILE" names a file of mode 0600 in its place`;
          problems.push({ message, path: entry.path, severity: "warning" });
        }
        break;
      case "skip":
        ctx.log.info(choice.reason);
        break;
      case "wrong": {
        const { severity } = choice;
        const message = `Cannot mount "${entry.device}" on "${entry.mountPoint}": ${choice.reason}`;
        problems.push({ message, path: entry.path, ...(severity ? { severity } : {}) });
        break;
      }
    }
  }
  const spoken = [...mounts.map(({ device }) => device), ...(wanted.removedDevices ?? [])];
  addDefaults(around, spoken, wanted.defaultOptions);
  return { entries: around.chosen, problems };
}

function choose(around: Surroundings, written: MountEntry): Choice {
  const { fs } = around.ctx.sys;
  const isForSwap = written.type === "swap";
  const options = written.options.split(",").filter((option) => option !== "");
  const found = findDevice(fs, written.device, { type: written.type, options }, around.names);
  if (found.kind === "absent") {
    return isCloudName(written.device)
      ? { kind: "skip", reason: `Ignoring nonexistent named mount ${written.device}` }
      : { kind: "wrong", reason: "this machine has no such device", severity: "warning" };
  }
  const badField = checkFields(written);
  if (found.kind === "wrong" || badField !== undefined) {
    return { kind: "wrong", reason: found.kind === "wrong" ? found.reason : (badField ?? "") };
  }
  const { device } = found;
  const mountPoint = isForSwap ? "none" : written.mountPoint.replace(/(?<=.)\/+$/u, "");
  const entry: ChosenEntry = {
    device,
    mountPoint,
    type: written.type,
    options: options.length === 0 ? ["defaults"] : options,
    dump: written.dump ?? "0",
    pass: written.pass ?? "0",
    path: written.path,
  };
  const conflict = findConflict(around, entry);
  const misplaced = isForSwap ? checkSwapPlace(written.mountPoint) : checkMountPoint(entry);
  if (misplaced !== undefined && conflict?.kind !== "skip") {
    return { kind: "wrong", reason: misplaced };
  }
  if (conflict !== undefined) {
    return conflict;
  }
  const wrong = isForSwap ? undefined : makeMountPoint(around.ctx, mountPoint);
  return wrong === undefined ? { kind: "entry", entry } : { kind: "wrong", reason: wrong };
}

function checkFields({ type, dump = "0", pass = "0" }: MountEntry): string | undefined {
  if (!/^[\w.,-]{1,64}$/u.test(type)) {
    return `expected a type like "ext4", got "${type}"`;
  }
  const bad = [dump, pass].find((field) => !/^\d{1,3}$/u.test(field));
  return bad === undefined ? undefined : `expected numbers as dump and pass, got "${bad}"`;
}

function checkSwapPlace(mountPoint: string): string | undefined {
  return /^(?:none|swap)$/u.test(mountPoint)
    ? undefined
    : 'swap is mounted nowhere, expected "none" as its mount point';
}

/** What stands in the table already, is mounted there, or was said by an entry before. */
function findConflict(around: Surroundings, entry: ChosenEntry): Choice | undefined {
  const { fs } = around.ctx.sys;
  const { device, mountPoint } = entry;
  const node = deviceNode(fs, device);
  const isSame = (other: FstabEntry): boolean =>
    other.device === device ||
    (node !== undefined && isDevice(node) && deviceNode(fs, other.device) === node);
  const isSamePlace = (other: FstabEntry): boolean =>
    isSwap(entry) ? isSwap(other) : other.mountPoint === mountPoint;
  const isMovable = node === undefined || !isDevice(node);
  const other = around.others.find((line) => isSame(line) && (isSamePlace(line) || !isMovable));
  if (other !== undefined) {
    return isSamePlace(other)
      ? { kind: "skip", reason: `Device ${device} already defined in fstab: skipping` }
      : {
          kind: "wrong",
          reason: `${FSTAB_PATH} has the device for "${other.mountPoint}", and that line is not ours`,
          severity: "warning",
        };
  }
  if (isSwap(entry)) {
    return around.chosen.some((line) => isSwap(line) && isSame(line))
      ? { kind: "skip", reason: `An entry before it swaps to ${device} already` }
      : undefined;
  }
  const before = around.chosen.find(isSamePlace);
  if (before !== undefined) {
    return { kind: "wrong", reason: `an entry before it mounts "${before.device}" there` };
  }
  const line = around.others.find(isSamePlace);
  if (line !== undefined) {
    const reason = `${FSTAB_PATH} has "${line.device}" for it, and that line is not ours`;
    return { kind: "wrong", reason };
  }
  // What an earlier deployment mounted there gives way: mount(8) puts the new one over it.
  const over = around.ownPlaces.has(mountPoint)
    ? undefined
    : [...around.mounted].reverse().find(isSamePlace);
  const isOther =
    over !== undefined && node !== undefined && isDevice(node) && isDevice(over.device);
  return isOther && deviceNode(fs, over.device) !== node
    ? { kind: "wrong", reason: `"${over.device}" is mounted there` }
    : undefined;
}

/** Only of block devices can be told whether two names mean one thing; many have the source "tmpfs". */
function isDevice(path: string): boolean {
  return path.startsWith("/dev/");
}

function makeMountPoint({ sys }: DistroContext, mountPoint: string): string | undefined {
  const stat = sys.fs.stat(mountPoint);
  if (stat !== undefined) {
    const kind = stat.kind === "symlink" ? statTarget(sys.fs, mountPoint)?.kind : stat.kind;
    return kind === "directory"
      ? undefined
      : `the mount point is a ${kind ?? "link that leads nowhere"}`;
  }
  try {
    sys.fs.makeDirectory(mountPoint);
    return undefined;
  } catch (error) {
    return `the mount point cannot be made: ${errorMessage(error)}`;
  }
}

/** Nobody asked for these: whatever stands against one is no fault. */
function addDefaults(around: Surroundings, spoken: readonly string[], options = ""): void {
  const { fs } = around.ctx.sys;
  const nodeOf = (name: string): string | undefined => {
    const found = findDevice(fs, name, { type: "auto", options: [] }, around.names);
    return found.kind === "found" ? (deviceNode(fs, found.device) ?? found.device) : undefined;
  };
  const used = new Set(spoken.map(nodeOf));
  for (const entry of DEFAULT_ENTRIES) {
    const node = nodeOf(entry.device);
    if (node === undefined || spoken.includes(entry.device) || used.has(node)) {
      continue;
    }
    const choice = choose(around, entry.options === "" ? { ...entry, options } : entry);
    if (choice.kind === "entry") {
      around.chosen.push(choice.entry);
    } else {
      around.ctx.log.debug(`Not mounting ${entry.device} by default: ${choice.reason}`);
    }
  }
}
