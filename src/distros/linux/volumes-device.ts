import { statTarget } from "../../system/files.ts";
import { realPath } from "../../system/real-path.ts";
import type { FileSystem } from "../../system/system.ts";

/** What is to be mounted, in words of fstab(5), or why it cannot be. */
export type FoundDevice =
  | { readonly kind: "found"; readonly device: string }
  /** Nothing wrong: this machine has no such device. */
  | { readonly kind: "absent" }
  | { readonly kind: "wrong"; readonly reason: string };

/** What decides about a device beside its name. */
export interface DeviceUse {
  readonly type: string;
  readonly options: readonly string[];
}

/** File systems that are on no device of this machine. */
const UNBACKED_TYPES =
  /^(?:tmpfs|ramfs|proc|sysfs|devpts|devtmpfs|mqueue|hugetlbfs|debugfs|tracefs|securityfs|configfs|efivarfs|binfmt_misc|bpf|cgroup2?|overlay|9p|virtiofs|nfs4?|cifs|smb3|smbfs|ceph|glusterfs|lustre|gpfs|zfs|fuse(?:\..*)?|sshfs|none)$/u;
const NETWORK_NAME = /^(?:\/\/[^/]|(?:\[[0-9A-Fa-f:.%]+\]|[^/[\]:]+):)/u;
const TAG = /^(LABEL|UUID|PARTLABEL|PARTUUID|ID)=(.+)$/u;
const CLOUD_NAME = /^(?:(?:ami|root|swap)|(?:ephemeral|ebs)\d*)$/u;
const DISK_NAME =
  /^(?:x?[hsv]d[a-z]+\d*|sr\d+|nvme\d+n\d+(?:p\d+)?|mmcblk\d+(?:p\d+)?|md\d+(?:p\d+)?|dm-\d+)$/u;
const DISK_PREFIXES = ["vd", "xvd", "sd"];

/**
 * The device of an entry of `mounts`: names of the cloud ("ephemeral0") and aliases by `names`, else
 * by label; "sdb" is "/dev/sdb", "sdb.2" its second partition, and of a disk with partitions, which
 * holds no file system itself, the first is meant. Servers, labels, UUIDs and file systems without a
 * device are taken as they are.
 */
export function findDevice(
  fs: FileSystem,
  written: string,
  use: DeviceUse,
  names: ReadonlyMap<string, string> = new Map(),
): FoundDevice {
  const isUnbacked = UNBACKED_TYPES.test(use.type) || use.options.some((o) => /^r?bind$/u.test(o));
  const alias = names.get(written);
  if (alias === undefined && !CLOUD_NAME.test(written)) {
    if (TAG.test(written) || NETWORK_NAME.test(written)) {
      return { kind: "found", device: written };
    }
    if (isUnbacked) {
      return written.startsWith("/") && statTarget(fs, written) === undefined
        ? { kind: "wrong", reason: `there is no "${written}"` }
        : { kind: "found", device: written };
    }
  }
  const { base, partition } = splitDotted(written);
  const place = CLOUD_NAME.test(base) || names.has(base) ? namedPlace(fs, base, names) : base;
  if (place === undefined) {
    return { kind: "absent" };
  }
  if (TAG.test(place)) {
    return { kind: "found", device: place };
  }
  const device = DISK_NAME.test(place) ? `/dev/${place}` : place;
  if (!device.startsWith("/") || /\/\.{1,2}(?:\/|$)/u.test(device)) {
    const expected = '"/dev/NAME", "LABEL=…", "UUID=…", "server:/directory" or a name of the cloud';
    return { kind: "wrong", reason: `expected ${expected} like "ephemeral0"` };
  }
  const part = partitionOf(device, partition ?? 1);
  if (part !== undefined && isThere(fs, part)) {
    return { kind: "found", device: part };
  }
  return partition === undefined && isThere(fs, device)
    ? { kind: "found", device }
    : { kind: "absent" };
}

/** The node of a device without links, to be held against another; undefined where nothing tells. */
export function deviceNode(fs: FileSystem, device: string): string | undefined {
  const [, tag, value] = TAG.exec(device) ?? [];
  if (tag !== undefined && value !== undefined) {
    const link = `/dev/disk/by-${tag.toLowerCase()}/${encodeTag(value.replaceAll('"', ""))}`;
    return fs.readLink(link) === undefined ? undefined : realPath(fs, link);
  }
  return device.startsWith("/") ? realPath(fs, device) : undefined;
}

/** Whether it is a name that a cloud gives: nothing is wrong where a machine has none. */
export function isCloudName(name: string): boolean {
  return CLOUD_NAME.test(splitDotted(name).base);
}

/** Where a name of the cloud leads. Clouds call "sda" what a driver calls "vda" or "xvda". */
function namedPlace(
  fs: FileSystem,
  name: string,
  names: ReadonlyMap<string, string>,
): string | undefined {
  const mapped = names.get(name) ?? (name === "ephemeral0" ? names.get("ephemeral") : undefined);
  if (mapped === undefined) {
    const links = [`/dev/disk/by-label/${name}`];
    if (name === "ephemeral0") {
      links.unshift("/dev/disk/cloud/azure_resource");
    }
    return links.find((link) => isThere(fs, link));
  }
  const short = mapped.replace(/^\/dev\//u, "");
  const [, prefix, rest = ""] = /^(x?[sv]d)([a-z]+\d*)$/u.exec(short) ?? [];
  if (prefix === undefined) {
    return mapped.includes("/") || TAG.test(mapped) || DISK_NAME.test(mapped)
      ? mapped
      : `/dev/${mapped}`;
  }
  return [prefix, ...DISK_PREFIXES.filter((other) => other !== prefix)]
    .map((other) => `/dev/${other}${rest}`)
    .find((device) => isThere(fs, device));
}

/** "ephemeral0.1", "sdb.2": a partition of it. */
function splitDotted(name: string): { readonly base: string; readonly partition?: number } {
  const [, base, number] = /^([a-z]+[a-z\d]*|\/dev\/[a-z\d]+)\.(\d{1,3})$/u.exec(name) ?? [];
  return base === undefined ? { base: name } : { base, partition: Number(number) };
}

/** Undefined for what is no disk: "data1" is no partition of the logical volume "data". */
function partitionOf(device: string, number: number): string | undefined {
  if (/^\/dev\/disk\/by-(?:id|path|diskseq)\/|^\/dev\/disk\/cloud\//u.test(device)) {
    return `${device}-part${number}`;
  }
  return DISK_NAME.test(device.replace(/^\/dev\//u, ""))
    ? `${device}${/\d$/u.test(device) ? "p" : ""}${number}`
    : undefined;
}

function isThere(fs: FileSystem, device: string): boolean {
  const kind = statTarget(fs, device)?.kind;
  return kind !== undefined && kind !== "directory";
}

/** udev's names of links: what does not fit is \x and two digits for each byte. */
function encodeTag(value: string): string {
  return value.replaceAll(
    /[^\w#+\-.:=@\u0080-\u{10FFFF}]/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
