import { readTextIfExists } from "../../system/files.ts";
import { writeIfDifferent } from "../../system/write-if-different.ts";
import { errorMessage } from "../../text/error-message.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import type { MountEntry } from "../volume-adapter.ts";
import { readLogicalVolumes, type LogicalVolume } from "./logical-volumes.ts";
import { createPlannedVolumes, type PlannedVolumes } from "./planned-volumes.ts";
import { findStanza, setStanzaAttribute } from "./stanza-file.ts";
import { toAixMount, type AixMount } from "./volumes-mount-entry.ts";

const MOUNT = "/usr/sbin/mount";
const FILESYSTEMS_PATH = "/etc/filesystems";
const FILESYSTEMS_MODE = 0o644;
const QUERY_TIMEOUT_MS = 60_000;
const MOUNT_TIMEOUT_MS = 120_000;
/** The group of stanzas that are ours: `mount -t cloudconfig` mounts them all. */
const GROUP = "cloudconfig";

/**
 * A stanza in /etc/filesystems for each entry, its directory, and mounted (aix commands.md §5.1,
 * §5.2). Stanzas of other file systems are never changed, and nothing is mounted over another one.
 */
export async function ensureAixMounts(
  ctx: DistroContext,
  entries: readonly MountEntry[],
  planned: PlannedVolumes = createPlannedVolumes(),
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const wanted: AixMount[] = [];
  let volumes: readonly LogicalVolume[] | undefined;
  const mounted = await readMountedOver(ctx);
  const before = readTextIfExists(ctx.sys.fs, FILESYSTEMS_PATH) ?? "";
  let text = before;
  for (const entry of parentsFirst(entries)) {
    const mount = toAixMount(entry);
    if (typeof mount === "string") {
      problems.push({ message: mount, path: entry.path });
      continue;
    }
    volumes ??= mount.vfs.startsWith("jfs")
      ? [...(await readLogicalVolumes(ctx.sys)), ...planned.volumes]
      : undefined;
    const wrong =
      checkOthers(wanted, mount) ??
      checkStanza(text, mount) ??
      checkMounted(mounted, mount) ??
      checkDevice(ctx, mount, volumes ?? []) ??
      makeMountPoint(ctx, mount);
    if (wrong === undefined) {
      text = withStanza(text, mount, volumes ?? []);
      wanted.push(mount);
    } else {
      const message = `Cannot mount "${entry.device}" on "${mount.mountPoint}": ${wrong}`;
      problems.push({ message, path: entry.path });
    }
  }
  if (text !== before) {
    const stat = ctx.sys.fs.stat(FILESYSTEMS_PATH);
    writeIfDifferent(ctx.sys.fs, FILESYSTEMS_PATH, text, {
      mode: stat?.mode ?? FILESYSTEMS_MODE,
      ...(stat === undefined ? {} : { owner: `${stat.uid}:${stat.gid}` }),
    });
  }
  for (const mount of wanted) {
    if (mount.isMounted && !mounted.has(mount.mountPoint)) {
      problems.push(...(await runMount(ctx, mount)));
    }
  }
  return problems;
}

/** A file system is mounted before those in its directories, now and by the order of its stanza at boot. */
function parentsFirst(entries: readonly MountEntry[]): readonly MountEntry[] {
  const depth = ({ mountPoint }: MountEntry): number => mountPoint.split(/\/+/u).length;
  return [...entries].sort((a, b) => depth(a) - depth(b));
}

/** What mount lists: device (or "node:directory") by mount point. */
export function parseMountedOver(text: string): ReadonlyMap<string, string> {
  const rows = new Map<string, string>();
  for (const line of text.split("\n")) {
    const row =
      /^(\S+)?\s+(\S+)\s+(\/\S*)\s+(\S+)\s+[A-Z][a-z]{2} +\d{1,2} +\d{1,2}:\d{2}(?:\s|$)/u.exec(
        line,
      );
    const [, node, device, mountPoint] = row ?? [];
    if (device !== undefined && mountPoint !== undefined) {
      rows.set(mountPoint, node === undefined ? device : `${node}:${device}`);
    }
  }
  return rows;
}

async function readMountedOver(ctx: DistroContext): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await ctx.sys.exec.query([MOUNT], {
    okExitCodes: "any",
    timeoutMs: QUERY_TIMEOUT_MS,
  });
  return parseMountedOver(stdout);
}

function sourceOf(mount: AixMount): string {
  return mount.node === undefined ? mount.dev : `${mount.node}:${mount.dev}`;
}

function checkOthers(others: readonly AixMount[], mount: AixMount): string | undefined {
  const other = others.find(({ mountPoint }) => mountPoint === mount.mountPoint);
  return other === undefined ? undefined : `an entry before it mounts "${sourceOf(other)}" there`;
}

function checkStanza(text: string, mount: AixMount): string | undefined {
  const stanza = findStanza(text, mount.mountPoint);
  const dev = stanza?.get("dev");
  const isSame = dev === mount.dev && (stanza?.get("nodename") ?? undefined) === mount.node;
  return stanza === undefined || isSame || stanza.get("type") === GROUP
    ? undefined
    : `${FILESYSTEMS_PATH} has another file system for it ("${dev ?? ""}"), which is left as it is`;
}

function checkMounted(mounted: ReadonlyMap<string, string>, mount: AixMount): string | undefined {
  const there = mounted.get(mount.mountPoint);
  return there === undefined || there === sourceOf(mount)
    ? undefined
    : `"${there}" is mounted there`;
}

function checkDevice(
  ctx: DistroContext,
  mount: AixMount,
  volumes: readonly LogicalVolume[],
): string | undefined {
  if (mount.node !== undefined) {
    return undefined;
  }
  if (!mount.vfs.startsWith("jfs")) {
    return ctx.sys.fs.stat(mount.dev) === undefined ? "there is no such device" : undefined;
  }
  const volume = findVolume(mount, volumes);
  if (volume === undefined) {
    return "no volume group that is varied on has such a logical volume";
  }
  if (volume.type !== mount.vfs) {
    return `the logical volume is of type "${volume.type}" and holds no ${mount.vfs} file system`;
  }
  return volume.mountPoint === undefined || volume.mountPoint === mount.mountPoint
    ? undefined
    : `the logical volume belongs to "${volume.mountPoint}"`;
}

function findVolume(mount: AixMount, volumes: readonly LogicalVolume[]): LogicalVolume | undefined {
  return volumes.find(({ name }) => `/dev/${name}` === mount.dev);
}

function makeMountPoint(ctx: DistroContext, mount: AixMount): string | undefined {
  const stat = ctx.sys.fs.stat(mount.mountPoint);
  if (stat !== undefined) {
    return stat.kind === "directory" ? undefined : `the mount point is a ${stat.kind}`;
  }
  try {
    ctx.sys.fs.makeDirectory(mount.mountPoint);
    return undefined;
  } catch (error) {
    return `the mount point cannot be made: ${errorMessage(error)}`;
  }
}

/** A stanza made by crfs or importvg keeps what it has; only what the entry says is changed. */
function withStanza(text: string, mount: AixMount, volumes: readonly LogicalVolume[]): string {
  const old = findStanza(text, mount.mountPoint);
  const isOurs = old === undefined || old.get("type") === GROUP;
  const attributes: (readonly [string, string | undefined])[] = [
    ["dev", mount.dev],
    ["vfs", mount.vfs],
    ["nodename", mount.node],
    ["log", isOurs ? findLog(mount, volumes) : undefined],
    ["mount", String(mount.isMounted)],
    ["type", isOurs ? GROUP : undefined],
    ["options", optionsOf(mount, isOurs ? old?.get("options") : undefined)],
    ["account", isOurs ? "false" : undefined],
  ];
  let edited = text;
  for (const [name, value] of attributes) {
    if (value !== undefined && old?.get(name) !== value) {
      edited = setStanzaAttribute(edited, mount.mountPoint, name, value);
    }
  }
  return edited;
}

/** Without options: none, and in a stanza of ours that had some, what AIX does without. */
function optionsOf(mount: AixMount, own: string | undefined): string | undefined {
  if (mount.options.length > 0) {
    return mount.options.join(",");
  }
  return own === undefined ? undefined : "rw";
}

/** jfs2 needs its log named: the one of its volume group, or inside the file system where there is none. */
function findLog(mount: AixMount, volumes: readonly LogicalVolume[]): string | undefined {
  if (!mount.vfs.startsWith("jfs") || mount.options.some((option) => option.startsWith("log="))) {
    return undefined;
  }
  const group = findVolume(mount, volumes)?.volumeGroup;
  const log = volumes.find(
    ({ volumeGroup, type }) => volumeGroup === group && type === `${mount.vfs}log`,
  );
  return log === undefined ? "INLINE" : `/dev/${log.name}`;
}

async function runMount(ctx: DistroContext, mount: AixMount): Promise<readonly Problem[]> {
  // In a file system that was mounted just now its directory may be another one, or missing.
  const wrong = makeMountPoint(ctx, mount);
  if (wrong !== undefined) {
    const message = `Cannot mount "${sourceOf(mount)}" on "${mount.mountPoint}": ${wrong}. Its entry in ${FILESYSTEMS_PATH} stays`;
    return [{ message, path: mount.path }];
  }
  const { exitCode, stderr } = await ctx.sys.exec.run([MOUNT, mount.mountPoint], {
    okExitCodes: "any",
    timeoutMs: MOUNT_TIMEOUT_MS,
  });
  if (exitCode === 0) {
    return [];
  }
  const message = `"${MOUNT} ${mount.mountPoint}" ended with exit code ${exitCode}: ${stderr.trim().replace(/\s+/gu, " ")}. Its entry in ${FILESYSTEMS_PATH} and its directory stay, the next boot tries again`;
  return [{ message, path: mount.path }];
}
