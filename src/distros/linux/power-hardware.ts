import { FileError } from "../../system/file-error.ts";
import { readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";

const TREE = "/proc/device-tree";

/**
 * Whether this is a partition of PowerVM: IBM hardware by the device tree, and neither a guest of
 * KVM or QEMU nor the bare machine, which have no boot list and no RMC.
 */
export function isPowerVm(sys: System): boolean {
  if (!sys.process.arch.startsWith("ppc")) {
    return false;
  }
  const compatible = readProperty(sys, "compatible");
  const others = [
    compatible,
    readProperty(sys, "model"),
    readProperty(sys, "hypervisor/compatible"),
  ];
  return (
    /(?:^|\0)IBM,/u.test(compatible) && !others.some((text) => /qemu|kvm|powernv/iu.test(text))
  );
}

/** A string of the device tree, with its NULs; "" where it is not there or cannot be read. */
export function readProperty(sys: System, path: string): string {
  try {
    return readTextIfExists(sys.fs, `${TREE}/${path}`) ?? "";
  } catch (error) {
    if (error instanceof FileError) {
      return "";
    }
    throw error;
  }
}
