import type { MountEntry } from "../volume-adapter.ts";

/** What an entry of `mounts` becomes on AIX. */
export interface AixMount {
  readonly mountPoint: string;
  /** "/dev/datalv", or the directory on the server. */
  readonly dev: string;
  /** The server, for NFS. */
  readonly node?: string;
  readonly vfs: string;
  readonly options: readonly string[];
  /** False with the option `noauto`. */
  readonly isMounted: boolean;
  readonly path: readonly (string | number)[];
}

const TYPES = new Set(["jfs2", "jfs", "nfs", "cdrfs", "udfs"]);
/** Options of Linux alone that have no meaning in /etc/filesystems. */
const DROPPED_OPTION =
  /^(?:defaults|auto|noauto|nofail|nobootwait|bootwait|_netdev|users?|nouser|x-.*|comment=.*)$/u;
/** The server may take its time; the boot must not wait for it. */
const NFS_OPTIONS = ["bg", "hard", "intr"];
const SYSTEM_MOUNT_POINTS = /^\/(?:|dev|proc|usr|bin|etc|sbin|lib|unix)$/u;
const PATH_LENGTH_MAX = 1023;

/** The entry in AIX's words, or a message that says what is wrong with it and how AIX says it. */
export function toAixMount(entry: MountEntry): AixMount | string {
  const { device, path } = entry;
  const mountPoint = entry.mountPoint.replace(/(?<=.)\/+$/u, "");
  const wrong = checkMountPoint(mountPoint) ?? checkDevice(device);
  if (wrong !== undefined) {
    return `Cannot mount "${device}" on "${entry.mountPoint}": ${wrong}`;
  }
  const remote = /^(\[[0-9A-Fa-f:.]+\]|[^\s/:[\]]+):(\/\S*)$/u.exec(device);
  const [, node, directory] = remote ?? [];
  const given = entry.options.split(",").filter((option) => option !== "");
  const type = entry.type.toLowerCase();
  const version = /^nfs([34])$/u.exec(type)?.[1];
  const vfs = version === undefined ? (type === "auto" ? guessType(device, node) : type) : "nfs";
  if (!TYPES.has(vfs) || (vfs === "nfs") !== (node !== undefined)) {
    return `Cannot mount "${device}" on "${mountPoint}": "${entry.type}" is no type that AIX has for it, expected jfs2, jfs, cdrfs or udfs for a device, nfs for "server:/directory"`;
  }
  const bad = given.find((option) => !/^[\w.,:=/@-]+$/u.test(option));
  if (bad !== undefined) {
    return `Cannot mount "${device}" on "${mountPoint}": option "${bad}" holds a character that no option has`;
  }
  const kept = given.filter((option) => !DROPPED_OPTION.test(option));
  const options = vfs === "nfs" ? completeNfsOptions(kept) : kept;
  return {
    mountPoint,
    dev: directory ?? device,
    ...(node === undefined ? {} : { node: node.replace(/^\[|\]$/gu, "") }),
    vfs,
    options: version === undefined ? options : [...options, `vers=${version}`],
    isMounted: !given.includes("noauto"),
    path,
  };
}

/** In the background, unless the entry says which. */
function completeNfsOptions(given: readonly string[]): readonly string[] {
  if (given.length === 0) {
    return NFS_OPTIONS;
  }
  return given.some((option) => option === "fg" || option === "bg") ? given : ["bg", ...given];
}

/** A blank or a colon cannot be said in /etc/filesystems. */
function checkMountPoint(mountPoint: string): string | undefined {
  if (mountPoint === "none" || mountPoint === "swap") {
    return 'paging space is not mounted on AIX; the key "swap" makes it grow';
  }
  if (!mountPoint.startsWith("/")) {
    return 'expected a mount point that begins with "/"';
  }
  if (!/^[\w./@%+,=~-]+$/u.test(mountPoint) || mountPoint.length > PATH_LENGTH_MAX) {
    return "expected a mount point without blanks, colons and other special characters, which /etc/filesystems cannot hold";
  }
  if (/\/(?:\.{0,2})(?:\/|$)/u.test(mountPoint) && mountPoint !== "/") {
    return 'expected a mount point without "//", "/./" and "/../"';
  }
  return SYSTEM_MOUNT_POINTS.test(mountPoint)
    ? "the mount point belongs to the system, anything mounted there would hide it"
    : undefined;
}

function checkDevice(device: string): string | undefined {
  const say = 'on AIX say the logical volume, like "/dev/datalv"; "lsvg -l VG" lists them';
  if (/^(?:PART)?(?:LABEL|UUID)=/iu.test(device)) {
    return `AIX finds no file system by label or UUID: ${say}`;
  }
  if (/^ephemeral\d/u.test(device) || device === "swap") {
    return `"${device}" is a name of clouds that run Linux: ${say}`;
  }
  if (/^(?:\/dev\/)?r?hdisk\d+$/u.test(device)) {
    return `a disk holds no file system itself on AIX: ${say}`;
  }
  if (
    /^(?:\/dev\/)?(?:(?:sd|vd|xvd|hd)[a-z]+\d*|nvme\d.*|mmcblk\d.*|dm-\d+)$/u.test(device) ||
    /^\/dev\/(?:mapper|disk|md)\//u.test(device)
  ) {
    return `that is a disk's name on Linux: ${say}`;
  }
  return /^\/dev\/[\w.-]+$/u.test(device) || /^[^\s/]+:\/\S*$/u.test(device)
    ? undefined
    : 'expected "/dev/NAME" of a logical volume, or "server:/directory"';
}

function guessType(device: string, node: string | undefined): string {
  if (node !== undefined) {
    return "nfs";
  }
  return /^\/dev\/cd\d+$/u.test(device) ? "cdrfs" : "jfs2";
}
