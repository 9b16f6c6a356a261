import { FileError } from "../../system/file-error.ts";
import { sortFileNames } from "../../system/file-names.ts";
import type { FileStat, FileSystem, RandomAccessFile } from "../../system/system.ts";
import { readDiskContent } from "./disk-content.ts";
import { findDisk, knownDisks } from "./lvm.ts";
import { type AixMachine, findDevice } from "./machine.ts";
import { discOfPath } from "./seed.ts";

/** Discs by the name of the drive that they are in: "cd0". */
export type Media = ReadonlyMap<string, Uint8Array>;

/**
 * `base` with what the kernel adds: device files of the optical drives and disks that are
 * Available, and mounted discs that refuse writes.
 */
export function createDeviceFileSystem(
  base: FileSystem,
  machine: AixMachine,
  media: Media,
): FileSystem {
  return {
    ...base,
    ...createDriveReads(base, machine, media),
    ...createGuardedWrites(base, machine),
  };
}

function createDriveReads(
  base: FileSystem,
  machine: AixMachine,
  media: Media,
): Pick<FileSystem, "readBytes" | "readBytesIfExists" | "stat" | "list" | "open"> {
  const driveOf = (path: string): string | undefined => {
    const name = discOfPath(path);
    return name !== undefined && findDevice(machine, name)?.status === "Available"
      ? name
      : undefined;
  };
  const readDrive = (path: string, name: string): Uint8Array => {
    const bytes = media.get(name);
    if (bytes === undefined || machine.faults.discsUnreadableRaw) {
      throw new FileError("read", path, "EIO");
    }
    return bytes.slice();
  };
  return {
    readBytes(path) {
      const name = driveOf(path);
      return name === undefined ? base.readBytes(path) : readDrive(path, name);
    },
    readBytesIfExists(path) {
      const name = driveOf(path);
      return name === undefined ? base.readBytesIfExists(path) : readDrive(path, name);
    },
    stat(path) {
      if (driveOf(path) !== undefined) {
        return DRIVE_STAT;
      }
      if (isSubsystemProcess(machine, path)) {
        return { ...DRIVE_STAT, kind: "directory", mode: 0o555 };
      }
      return diskOf(machine, path) === undefined ? base.stat(path) : { ...DRIVE_STAT, mode: 0o600 };
    },
    list(path) {
      const names = base.list(path);
      return path === "/dev"
        ? sortFileNames([...new Set([...names, ...driveNames(machine), ...diskNames(machine)])])
        : names;
    },
    open(path) {
      const name = driveOf(path);
      if (name === undefined) {
        return openDisk(machine, path) ?? base.open(path);
      }
      const disc = machine.faults.discsUnreadableRaw ? undefined : openDisc(media, name);
      if (disc === undefined) {
        throw new FileError("open", path, "EIO");
      }
      return disc;
    },
  };
}

function diskOf(machine: AixMachine, path: string): ReturnType<typeof findDisk> {
  const name = /^\/dev\/r?(hdisk\d+)$/u.exec(path)?.[1];
  return name === undefined ? undefined : findDisk(machine, name);
}

function diskNames(machine: AixMachine): string[] {
  return knownDisks(machine).flatMap(({ name }) => [name, `r${name}`]);
}

/** /proc/PID of what SRC has started. */
function isSubsystemProcess(machine: AixMachine, path: string): boolean {
  const pid = /^\/proc\/(\d{1,10})$/u.exec(path)?.[1];
  return pid !== undefined && machine.subsystems.some((each) => each.pid === Number(pid));
}

/** A disk, raw; EBUSY where another machine has reserved it. */
function openDisk(machine: AixMachine, path: string): RandomAccessFile | undefined {
  const disk = diskOf(machine, path);
  if (disk === undefined) {
    return undefined;
  }
  if (machine.faults.reservedDisks.includes(disk.name)) {
    throw new FileError("open", path, "EBUSY");
  }
  return {
    sizeBytes: undefined,
    read: (offsetBytes, lengthBytes) =>
      readDiskContent(machine.storage, disk, offsetBytes, lengthBytes),
    close() {
      // Nothing is held.
    },
  };
}

const RANDOM_POOL = "/dev/urandom";

function createGuardedWrites(
  base: FileSystem,
  machine: AixMachine,
): Pick<FileSystem, "write" | "append" | "setAttributes" | "makeDirectory" | "symlink" | "remove"> {
  const refuseReadOnly = (verb: string, path: string): void => {
    if (isOnDisc(machine, path)) {
      throw new FileError(verb, path, "EROFS");
    }
  };
  return {
    write(path, content, options) {
      refuseReadOnly("write", path);
      base.write(path, content, options);
    },
    append(path, content, options) {
      refuseReadOnly("append to", path);
      // What goes into the kernel's pool is seen nowhere afterwards.
      if (path !== RANDOM_POOL) {
        base.append(path, content, options);
      }
    },
    setAttributes(path, attributes) {
      refuseReadOnly("set mode and owner of", path);
      base.setAttributes(path, attributes);
    },
    makeDirectory(path, options) {
      if (base.stat(path)?.kind !== "directory") {
        refuseReadOnly("make directory", path);
      }
      base.makeDirectory(path, options);
    },
    symlink(target, path) {
      refuseReadOnly("link", path);
      base.symlink(target, path);
    },
    remove(path) {
      refuseReadOnly("remove", path);
      base.remove(path);
    },
  };
}

/** Positional reads of a disc, which does not tell its size; undefined where the drive is empty. */
export function openDisc(media: Media, name: string): RandomAccessFile | undefined {
  const bytes = media.get(name);
  if (bytes === undefined) {
    return undefined;
  }
  let isOpen = true;
  return {
    sizeBytes: undefined,
    read(offsetBytes, lengthBytes) {
      if (!isOpen) {
        throw new FileError("read", `/dev/${name}`, "EBADF");
      }
      return bytes.slice(offsetBytes, offsetBytes + lengthBytes);
    },
    close() {
      isOpen = false;
    },
  };
}

const DRIVE_STAT: FileStat = {
  kind: "device",
  sizeBytes: 0,
  mode: 0o444,
  uid: 0,
  gid: 0,
  modifiedMs: 0,
};

function driveNames(machine: AixMachine): string[] {
  return machine.devices
    .filter((device) => device.class === "cdrom" && device.status === "Available")
    .flatMap(({ name }) => [name, `r${name}`]);
}

function isOnDisc(machine: AixMachine, path: string): boolean {
  return machine.mounts.some(
    ({ vfs, directory }) =>
      vfs === "cdrfs" && (path === directory || path.startsWith(`${directory}/`)),
  );
}
