import {
  type CommandContext,
  type CommandOutcome,
  done,
  failed,
  type SimulatedCommand,
} from "../command.ts";
import { addStanza, readStanzas } from "../file-system-stanzas.ts";
import { parseSize } from "../file-system-size.ts";
import { type Flags, parseFlags, usageError } from "../flags.ts";
import {
  allocate,
  BLOCKS_PER_MB,
  cannotAllocate,
  createLogicalVolume,
  findVolume,
  isOpen,
  openGroup,
  unknownVolume,
} from "../lvm.ts";
import type { LogicalVolume, VolumeGroup } from "../volumes.ts";

const USAGE =
  "crfs -v Vfs {-g VolumeGroup | -d Device} -m MountPoint [-u MountGroup] [-A {yes | no}] [-p {ro | rw}] [-t {yes | no}] -a Attribute=Value...";
/** What crfs ends with where the volume has a file system. */
const EXIT_HAS_FILE_SYSTEM = 10;
/** Volumes of these types hold no file system, and are in use. */
const OTHER_TYPES: ReadonlySet<string> = new Set(["paging", "boot", "jfs2log"]);

/** Where a file system goes. */
interface Target {
  readonly group: VolumeGroup;
  readonly volume: LogicalVolume;
}

/** Makes a jfs2 file system, with a volume for it (-g) or in one (-d): directory and stanza, not mounted. The messages are [U]. */
export const crfs: SimulatedCommand = {
  path: "/usr/sbin/crfs",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "v:g:d:m:u:A:p:t:a:");
    if (typeof flags === "string") {
      return usageError("crfs", flags, USAGE, 1);
    }
    if (
      flags.value("v") !== "jfs2" ||
      flags.has("g") === flags.has("d") ||
      flags.operands.length > 0
    ) {
      return usageError("crfs", "", USAGE, 1);
    }
    const attributes = new Map(
      flags.values("a").map((pair) => [pair.replace(/=.*$/su, ""), pair.replace(/^[^=]*=/su, "")]),
    );
    const mountPoint = flags.value("m") ?? "";
    const wrong = checkMountPoint(ctx, mountPoint);
    if (wrong !== undefined) {
      return wrong;
    }
    const device = flags.value("d")?.replace("/dev/", "");
    if (ctx.machine.faults.crfsFailures > 0) {
      ctx.machine.faults.crfsFailures -= 1;
      return failed(1, "crfs: 0506-972 Cannot create the file system.");
    }
    const target =
      device === undefined
        ? makeVolume(ctx, flags.value("g") ?? "", attributes.get("size") ?? "")
        : findTarget(ctx, device);
    return "exitCode" in target
      ? target
      : makeFileSystem(ctx, { ...target, mountPoint, attributes, flags });
  },
};

function checkMountPoint(ctx: CommandContext, mountPoint: string): CommandOutcome | undefined {
  if (!/^\/[^\s:]+$/u.test(mountPoint)) {
    return failed(1, `crfs: 0506-909 Invalid mount point ${mountPoint}.`);
  }
  if (readStanzas(ctx.fs).some((stanza) => stanza.mountPoint === mountPoint)) {
    return failed(1, `crfs: 0506-909 ${mountPoint} file system already exists.`);
  }
  const kind = ctx.fs.stat(mountPoint)?.kind;
  return kind === undefined || kind === "directory"
    ? undefined
    : failed(1, `crfs: 0506-908 The mount point ${mountPoint} is not a directory.`);
}

/** The volume of -d, which holds nothing and is not in use. */
function findTarget(ctx: CommandContext, device: string): Target | CommandOutcome {
  const found = findVolume(ctx.machine, device);
  if (found === undefined) {
    return unknownVolume("crfs", device);
  }
  const opened = openGroup(ctx, "crfs", found.group.name);
  if ("refusal" in opened) {
    return opened.refusal;
  }
  const { volume } = found;
  if (volume.fileSystem !== undefined) {
    return failed(
      EXIT_HAS_FILE_SYSTEM,
      `crfs: The logical volume ${volume.name} already has a file system.`,
    );
  }
  return isOpen(ctx.machine, volume) || OTHER_TYPES.has(volume.type)
    ? failed(1, `crfs: 0506-920 The logical volume ${volume.name} is in use.`)
    : found;
}

/** A new volume for -g, of a size rounded up to partitions. */
function makeVolume(
  ctx: CommandContext,
  groupName: string,
  sizeText: string,
): Target | CommandOutcome {
  const opened = openGroup(ctx, "crfs", groupName);
  if ("refusal" in opened) {
    return opened.refusal;
  }
  const { group } = opened;
  const size = parseSize(sizeText);
  if (size === undefined || size.sign !== "" || size.blocks === 0) {
    return failed(1, "crfs: 0506-954 The size attribute is required and must be positive.");
  }
  const lps = Math.ceil(size.blocks / (group.ppMb * BLOCKS_PER_MB));
  const number = Array.from({ length: 100 }, (_each, index) => String(index).padStart(2, "0")).find(
    (each) => findVolume(ctx.machine, `fslv${each}`) === undefined,
  );
  const volume = createLogicalVolume(`fslv${number ?? "99"}`, "jfs2");
  volume.maxLps = Math.max(volume.maxLps, lps);
  if (!allocate(ctx.machine.storage, group, volume, lps)) {
    return cannotAllocate(
      "0516-822 mklv: Unable to create logical volume.\ncrfs: 0506-973 Cannot create a logical volume.",
    );
  }
  group.volumes.push(volume);
  return { group, volume };
}

interface Wanted extends Target {
  readonly mountPoint: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly flags: Flags;
}

function makeFileSystem(ctx: CommandContext, wanted: Wanted): CommandOutcome {
  const { group, volume, mountPoint, attributes, flags } = wanted;
  const blocks = volume.lps * group.ppMb * BLOCKS_PER_MB;
  const log = attributes.get("logname") ?? "INLINE";
  volume.fileSystem = { mountPoint, blocks, log };
  ctx.fs.makeDirectory(mountPoint);
  const type = flags.value("u");
  addStanza(ctx.fs, mountPoint, {
    dev: `/dev/${volume.name}`,
    vfs: "jfs2",
    log,
    mount: flags.value("A") === "yes" ? "true" : "false",
    ...(type === undefined ? {} : { type }),
    options: flags.value("p") ?? "rw",
    account: flags.value("t") === "yes" ? "true" : "false",
  });
  return done(
    `File system created successfully.\n${blocks / 2 - 1_024} kilobytes total disk space.\nNew File System size is ${blocks}\n`,
  );
}
