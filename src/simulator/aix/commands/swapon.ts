import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { findVolumeOfDevice } from "../lvm.ts";

/** Activates paging space: a device, or all that are automatic (-a). A file is no paging space. */
export const swapon: SimulatedCommand = {
  path: "/usr/sbin/swapon",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "a");
    if (typeof flags === "string" || flags.has("a") === flags.operands.length > 0) {
      return usageError(
        "swapon",
        typeof flags === "string" ? flags : "",
        "swapon -a | Device...",
        1,
      );
    }
    const { pagingSpaces } = ctx.machine.storage;
    for (const device of flags.operands) {
      const space = pagingSpaces.find(({ volume }) => `/dev/${volume}` === device);
      const isOn = findVolumeOfDevice(ctx.machine, device)?.group.state === "active";
      if (space === undefined || space.isActive || !isOn) {
        return failed(1, `swapon: 0517-075 Cannot activate paging space ${device}`);
      }
      space.isActive = true;
    }
    for (const space of flags.has("a") ? pagingSpaces : []) {
      space.isActive = space.isActive || space.isAuto;
    }
    return done();
  },
};
