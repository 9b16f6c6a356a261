import type { FileStat, FileSystem } from "../../system/system.ts";
import type {
  BlockContent,
  KernelPartition,
  LinuxDisk,
  LinuxMount,
  LinuxPartition,
  LinuxStorage,
  PartitionTable,
} from "./storage.ts";

/** Unit of partition tables and of /sys/class/block/NAME/size, whatever the disk's own is. */
export const SECTOR_BYTES = 512;
const LINK_DEPTH_MAX = 8;

/** A disk or a partition, as the kernel has it. */
export interface BlockDevice {
  /** "/dev/sda1" */
  readonly path: string;
  /** "sda1" */
  readonly name: string;
  readonly disk: LinuxDisk;
  /** Of a partition; absent for a whole disk. */
  readonly number?: number;
  readonly startSector: number;
  readonly sizeBytes: number;
  readonly content?: BlockContent;
}

/** All block devices: each disk, then its partitions. */
export function listDevices(storage: LinuxStorage): readonly BlockDevice[] {
  return storage.disks.flatMap((disk) => [
    {
      path: `/dev/${disk.name}`,
      name: disk.name,
      disk,
      startSector: 0,
      sizeBytes: disk.sizeBytes,
      ...contentAt(disk, 0),
    },
    ...disk.kernel.map((partition) => deviceOf(disk, partition)),
  ]);
}

function deviceOf(disk: LinuxDisk, partition: KernelPartition): BlockDevice {
  const { number, startSector, sectors } = partition;
  return {
    path: partitionPath(disk, number),
    name: partitionName(disk, number),
    disk,
    number,
    startSector,
    sizeBytes: sectors * SECTOR_BYTES,
    ...contentAt(disk, startSector),
  };
}

/** The device of a node in /dev. */
export function findDevice(storage: LinuxStorage, path: string): BlockDevice | undefined {
  return listDevices(storage).find((device) => device.path === path);
}

/** The device behind a path, through links as in /dev/disk/by-label. */
export function openDevice(
  ctx: { readonly fs: FileSystem; readonly storage: LinuxStorage },
  path: string,
): BlockDevice | undefined {
  return findDevice(ctx.storage, followLinks(ctx.fs, path));
}

/** Where links lead; the path itself where it is none. */
export function followLinks(fs: FileSystem, path: string): string {
  if (!path.startsWith("/")) {
    return path;
  }
  let place = path;
  for (let depth = 0; depth < LINK_DEPTH_MAX; depth += 1) {
    const target = fs.readLink(place);
    if (target === undefined) {
      return place;
    }
    const start = target.startsWith("/") ? [] : place.split("/").slice(0, -1);
    const names: string[] = [];
    for (const name of [...start, ...target.split("/")]) {
      if (name === "..") {
        names.pop();
      } else if (name !== "" && name !== ".") {
        names.push(name);
      }
    }
    place = `/${names.join("/")}`;
  }
  return place;
}

/** What is at a path; nothing for a word that is none, as "LABEL=data". */
export function statPath(fs: FileSystem, path: string): FileStat | undefined {
  return path.startsWith("/") ? fs.stat(path) : undefined;
}

/** LABEL=, UUID=, PARTLABEL=, PARTUUID= as in fstab(5), or a path. */
export function findByTag(
  ctx: { readonly fs: FileSystem; readonly storage: LinuxStorage },
  source: string,
): BlockDevice | undefined {
  const match = /^(LABEL|UUID|PARTLABEL|PARTUUID)="?([^"]*)"?$/u.exec(source);
  if (match === null) {
    return openDevice(ctx, source);
  }
  const [, tag = "", value = ""] = match;
  return value === ""
    ? undefined
    : listDevices(ctx.storage).find((device) => tagsOf(device)[tag] === value);
}

/** What udev and mount(8) find a device by. */
export function tagsOf(device: BlockDevice): Readonly<Record<string, string>> {
  const entry = entryOf(device);
  return {
    LABEL: device.content?.label ?? "",
    UUID: device.content?.type === "raw" ? "" : (device.content?.uuid ?? ""),
    PARTLABEL: entry?.partition.name ?? "",
    PARTUUID: entry === undefined ? "" : partitionUuid(entry.table, entry.partition),
  };
}

/** A partition's line in the table that is on its disk now. */
export function entryOf(
  device: BlockDevice,
): { readonly table: PartitionTable; readonly partition: LinuxPartition } | undefined {
  const { table } = device.disk;
  const partition = table?.partitions.find(({ number }) => number === device.number);
  return table === undefined || partition === undefined ? undefined : { table, partition };
}

/** GPT: its own; else the disk's id and the number. Lower case. */
function partitionUuid(table: PartitionTable, partition: LinuxPartition): string {
  return table.type === "gpt"
    ? partition.uuid.toLowerCase()
    : `${table.id.slice(2)}-${String(partition.number).padStart(2, "0")}`;
}

/** "/dev/sda1", "/dev/nvme0n1p1" */
export function partitionPath(disk: LinuxDisk, number: number): string {
  return `/dev/${partitionName(disk, number)}`;
}

function partitionName({ name }: LinuxDisk, number: number): string {
  return `${name}${/\d$/u.test(name) ? "p" : ""}${number}`;
}

/** The nodes of a disk and its partitions. */
export function pathsOf(disk: LinuxDisk): readonly string[] {
  return [`/dev/${disk.name}`, ...disk.kernel.map(({ number }) => partitionPath(disk, number))];
}

/** Mounted, or active swap, or held by a program; not looking at the partitions of a disk. */
export function isInUse(storage: LinuxStorage, path: string): boolean {
  return (
    storage.mounts.some(({ source }) => source === path) ||
    storage.swaps.some((swap) => swap.path === path) ||
    storage.faults.heldOpen.includes(path)
  );
}

/** The mount that is seen of those that fit: the last one. */
export function lastMount(
  { mounts }: LinuxStorage,
  fits: (mount: LinuxMount) => boolean,
): LinuxMount | undefined {
  return [...mounts].reverse().find((mount) => fits(mount));
}

/** The mount that a path is on. */
export function mountOfPath(
  ctx: { readonly fs: FileSystem; readonly storage: LinuxStorage },
  path: string,
): LinuxMount | undefined {
  const real = followLinks(ctx.fs, path);
  return ctx.storage.mounts
    .filter(({ target }) => target === "/" || `${real}/`.startsWith(`${target}/`))
    .sort((left, right) => right.target.length - left.target.length)[0];
}

/** The disk or any of its partitions. */
export function isDiskInUse(storage: LinuxStorage, disk: LinuxDisk): boolean {
  return pathsOf(disk).some((path) => isInUse(storage, path));
}

/** Writes over whatever began there or lay below. */
export function addContent(disk: LinuxDisk, startSector: number, content: BlockContent): void {
  const end = startSector + content.sizeBytes / SECTOR_BYTES;
  disk.contents = disk.contents.filter(
    (placed) => placed.startSector < startSector || placed.startSector >= end,
  );
  disk.contents.push({ startSector, content });
}

/** As `wipefs -a`: nothing is recognised there any more. */
export function removeContent(device: BlockDevice): void {
  device.disk.contents = device.disk.contents.filter(
    ({ startSector }) => startSector !== device.startSector,
  );
}

/** What is marked as data and can still be reached: "sdb1: held data". For the law that nothing is destroyed. */
export function listHeldData(storage: LinuxStorage): readonly string[] {
  const devices = [...listDevices(storage), ...listHiddenPartitions(storage)];
  return devices.flatMap(({ name, content, sizeBytes }) =>
    content?.data === undefined || content.sizeBytes > sizeBytes
      ? []
      : [`${name}: ${content.data}`],
  );
}

/** Partitions of tables that the kernel has not read: it will. */
export function listHiddenPartitions(storage: LinuxStorage): readonly BlockDevice[] {
  return storage.disks.flatMap((disk) =>
    (disk.table?.partitions ?? [])
      .filter(({ startSector }) => !disk.kernel.some((each) => each.startSector === startSector))
      .map((partition) => deviceOf(disk, partition)),
  );
}

function contentAt(disk: LinuxDisk, startSector: number): { readonly content?: BlockContent } {
  const placed = disk.contents.find((each) => each.startSector === startSector);
  return placed === undefined || (startSector === 0 && disk.table !== undefined)
    ? {}
    : { content: placed.content };
}
