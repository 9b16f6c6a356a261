import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { findDevice } from "../machine.ts";
import { attributeValue } from "../odm.ts";

const USAGE = "bootinfo [-b | -y | -K | -r | -s Disk]";

/** Boot disk (-b), disk size in megabytes (-s), bits of hardware (-y) and kernel (-K), memory (-r). */
export const bootinfo: SimulatedCommand = {
  path: "/usr/sbin/bootinfo",
  isChange: () => false,
  run(ctx, args) {
    const flags = parseFlags(args, "byKrs:");
    if (typeof flags === "string") {
      return usageError("bootinfo", flags, USAGE, 1);
    }
    const [letter] = flags.order;
    if (letter === undefined || flags.order.length > 1 || flags.operands.length > 0) {
      return usageError("bootinfo", "", USAGE, 1);
    }
    switch (letter) {
      case "b":
        return done(`${ctx.machine.storage.bootDisk}\n`);
      case "s": {
        const disk = findDevice(ctx.machine, flags.value("s") ?? "");
        return disk?.class === "disk"
          ? done(`${attributeValue(ctx.machine, disk, "size_in_mb")}\n`)
          : failed(1, `bootinfo: 0514-519 The device ${flags.value("s") ?? ""} was not found`);
      }
      case "r":
        return done("8388608\n");
      default:
        return done("64\n");
    }
  },
};
