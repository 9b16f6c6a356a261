import { FileError } from "../../system/file-error.ts";
import { readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";

/**
 * Which machine this is (DECISIONS 7): the partition's UUID on PowerVM, else the firmware's product
 * UUID, else machine-id(5), which is a property of the image rather than of the machine.
 */
export function readLinuxMachineId(sys: System): string | undefined {
  for (const { path, pattern } of SOURCES) {
    const id = readSource(sys, path)?.replaceAll("\0", "").trim().toLowerCase();
    if (id !== undefined && pattern.test(id) && !isPlaceholder(id)) {
      return id;
    }
  }
  return undefined;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u;

const SOURCES = [
  { path: "/proc/device-tree/ibm,partition-uuid", pattern: UUID },
  { path: "/sys/class/dmi/id/product_uuid", pattern: UUID },
  { path: "/etc/machine-id", pattern: /^[0-9a-f]{32}$/u },
];

/** Firmware that was never given a UUID tells all zeros or all ones. */
function isPlaceholder(id: string): boolean {
  return /^[0-]+$/u.test(id) || /^[f-]+$/u.test(id);
}

/** A file that may not be read (product_uuid without root) is like one that is not there. */
function readSource(sys: System, path: string): string | undefined {
  try {
    return readTextIfExists(sys.fs, path);
  } catch (error) {
    if (error instanceof FileError && ["EACCES", "EPERM", "EIO"].includes(error.code)) {
      return undefined;
    }
    throw error;
  }
}
