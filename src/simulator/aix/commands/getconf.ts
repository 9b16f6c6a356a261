import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { findDisk } from "../lvm.ts";

/** DISK_SIZE of a disk in megabytes, and the bits of hardware and kernel. */
export const getconf: SimulatedCommand = {
  path: "/usr/bin/getconf",
  isChange: () => false,
  run(ctx, args) {
    const flags = parseFlags(args, "");
    if (typeof flags === "string" || flags.operands.length === 0) {
      return usageError(
        "getconf",
        "",
        "getconf SystemVariable | PathVariable Path | DISK_SIZE DiskPath",
        1,
      );
    }
    const [name = "", path = ""] = flags.operands;
    if (name === "HARDWARE_BITMODE" || name === "KERNEL_BITMODE") {
      return done("64\n");
    }
    const disk = /^\/dev\/r?(hdisk\d+)$/u.exec(path)?.[1];
    const found = findDisk(ctx.machine, disk ?? "");
    return name === "DISK_SIZE" && found !== undefined
      ? done(`${found.sizeMb}\n`)
      : failed(1, `getconf: Invalid argument (${name})`);
  },
};
