import type { FileNode, NodeStore } from "../../system/node-store.ts";
import type { FileSystem } from "../../system/system.ts";
import { type BlockDevice, listDevices, SECTOR_BYTES, tagsOf } from "./block-devices.ts";
import type { LinuxStorage } from "./storage.ts";

const DEVICE_MODE = 0o660;
const LINK_DIRECTORIES: Readonly<Record<string, string>> = {
  LABEL: "/dev/disk/by-label",
  UUID: "/dev/disk/by-uuid",
  PARTLABEL: "/dev/disk/by-partlabel",
  PARTUUID: "/dev/disk/by-partuuid",
};
/** proc(5): file systems of the kernel; "nodev" for those without a block device. */
const FILE_SYSTEMS =
  "nodev\tsysfs\nnodev\ttmpfs\nnodev\tproc\nnodev\tdevtmpfs\n\text3\n\text2\n\text4\n\tvfat\n\txfs\n\tbtrfs\n\tiso9660\nnodev\tnfs\n";

/** Files whose content is made when they are read: proc(5). */
export function addStorageFiles(fs: FileSystem, store: NodeStore, storage: LinuxStorage): void {
  const files: Readonly<Record<string, () => string>> = {
    "/proc/filesystems": () => FILE_SYSTEMS,
    "/proc/mounts": () => renderMounts(storage),
    "/proc/self/mounts": () => renderMounts(storage),
    "/proc/self/mountinfo": () => renderMountInfo(storage),
    "/proc/swaps": () => renderSwaps(storage),
    "/proc/partitions": () => renderPartitions(storage),
  };
  for (const [path, render] of Object.entries(files)) {
    fs.write(path, "");
    store.set(path, {
      ...ROOT_OWNED,
      kind: "file",
      sizeBytes: 0,
      content: () => new TextEncoder().encode(render()),
      mode: 0o444,
    });
  }
  for (const directory of Object.values(LINK_DIRECTORIES)) {
    fs.makeDirectory(directory);
  }
}

/** Device nodes, /sys/class/block and the links of udev, as storage is now. */
export function refreshDevices(
  fs: FileSystem,
  store: NodeStore,
  storage: LinuxStorage,
  isSettled: boolean,
): void {
  const devices = listDevices(storage);
  const paths = new Set(devices.map(({ path }) => path));
  for (const name of fs.list("/dev")) {
    const path = `/dev/${name}`;
    if (fs.stat(path)?.kind === "device" && !paths.has(path)) {
      fs.remove(path);
      fs.remove(`/sys/class/block/${name}`);
    }
  }
  for (const device of devices) {
    if (fs.stat(device.path)?.kind !== "device") {
      fs.write(device.path, "");
      store.set(device.path, DEVICE_NODE);
    }
    refreshSys(fs, device);
  }
  if (isSettled || !storage.faults.linksNeedSettle) {
    refreshLinks(fs, devices);
  }
}

/** sysfs: /sys/class/block/NAME. */
function refreshSys(fs: FileSystem, { name, disk, number, startSector, sizeBytes }: BlockDevice) {
  const directory = `/sys/class/block/${name}`;
  fs.write(`${directory}/size`, `${Math.ceil(sizeBytes / SECTOR_BYTES)}\n`);
  fs.write(`${directory}/ro`, `${disk.isReadOnly ? 1 : 0}\n`);
  if (number !== undefined) {
    fs.write(`${directory}/partition`, `${number}\n`);
    fs.write(`${directory}/start`, `${startSector}\n`);
  }
}

function refreshLinks(fs: FileSystem, devices: readonly BlockDevice[]): void {
  for (const [tag, directory] of Object.entries(LINK_DIRECTORIES)) {
    const wanted = new Map(
      devices.flatMap((device) => {
        const value = tagsOf(device)[tag] ?? "";
        return value === "" ? [] : [[encodeTag(value), `../../${device.name}`] as const];
      }),
    );
    for (const name of fs.list(directory).filter((each) => !wanted.has(each))) {
      fs.remove(`${directory}/${name}`);
    }
    for (const [name, target] of wanted) {
      fs.symlink(target, `${directory}/${name}`);
    }
  }
}

/** blkid_encode_string of libblkid: what does not fit in a file name is \x and two digits. */
function encodeTag(value: string): string {
  return value.replaceAll(
    /[^A-Za-z0-9#+\-.:=@_]/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

const ROOT_OWNED = { uid: 0, gid: 0, modifiedMs: 0 };

/** Reads as zeros: nobody looks for anything in there. */
const DEVICE_NODE: FileNode = {
  ...ROOT_OWNED,
  kind: "device",
  sizeBytes: 0,
  mode: DEVICE_MODE,
  content: () => new Uint8Array(SECTOR_BYTES),
  open: () => ({
    sizeBytes: undefined,
    read: (_offsetBytes, lengthBytes) => new Uint8Array(lengthBytes),
    close() {
      // Nothing is held.
    },
  }),
};

function renderMounts({ mounts }: LinuxStorage): string {
  return mounts
    .map(
      ({ source, target, type, options }) =>
        `${escapeField(source)} ${escapeField(target)} ${type} ${options} 0 0\n`,
    )
    .join("");
}

/** proc(5), /proc/[pid]/mountinfo. */
function renderMountInfo(storage: LinuxStorage): string {
  const devices = listDevices(storage);
  return storage.mounts
    .map(({ source, target, type, options }, index) => {
      const at = devices.findIndex(({ path }) => path === source);
      const numbers = at === -1 ? `0:${20 + index}` : majorMinor(storage, source);
      return `${20 + index} 1 ${numbers} / ${escapeField(target)} ${options} shared:${index + 1} - ${type} ${escapeField(source)} rw\n`;
    })
    .join("");
}

function renderSwaps({ swaps }: LinuxStorage): string {
  const rows = swaps.map(
    ({ path, kind, sizeKb, priority }) =>
      `${escapeField(path).padEnd(40)}${kind.padEnd(kind === "file" ? 16 : 10)}\t${sizeKb}\t\t0\t\t${priority}\n`,
  );
  return `Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n${rows.join("")}`;
}

function renderPartitions(storage: LinuxStorage): string {
  const rows = listDevices(storage).map(({ path, name, sizeBytes }) => {
    const [major = "", minor = ""] = majorMinor(storage, path).split(":");
    return `${major.padStart(4)} ${minor.padStart(8)} ${String(Math.floor(sizeBytes / 1_024)).padStart(10)} ${name}\n`;
  });
  return `major minor  #blocks  name\n\n${rows.join("")}`;
}

const MAJORS: readonly (readonly [RegExp, number])[] = [
  [/^sr/u, 11],
  [/^vd/u, 254],
  [/^nvme/u, 259],
];
const SCSI_MAJOR = 8;
const MINORS_PER_DISK = 16;

/** "8:1" of a device (kernel, Documentation/admin-guide/devices.txt). */
export function majorMinor(storage: LinuxStorage, path: string): string {
  const device = listDevices(storage).find((each) => each.path === path);
  if (device === undefined) {
    return "0:0";
  }
  const majorOf = (name: string): number =>
    MAJORS.find(([pattern]) => pattern.test(name))?.[1] ?? SCSI_MAJOR;
  const major = majorOf(device.disk.name);
  const index = storage.disks
    .filter(({ name }) => majorOf(name) === major)
    .findIndex(({ name }) => name === device.disk.name);
  return `${major}:${index * (major === 11 ? 1 : MINORS_PER_DISK) + (device.number ?? 0)}`;
}

/** fstab(5) and proc(5): blanks as octal numbers. */
function escapeField(text: string): string {
  return text.replaceAll(
    /[ \t\n\\]/gu,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
}
