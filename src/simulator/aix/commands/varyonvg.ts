import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { findDisk, findGroup, groupLock, membersOf, unknownGroup } from "../lvm.ts";

/** Varies a volume group on, all its disks being there; one that is on stays so ([U]: exit code 0). */
export const varyonvg: SimulatedCommand = {
  path: "/usr/sbin/varyonvg",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "bcfnprsu");
    if (typeof flags === "string" || flags.operands.length !== 1) {
      return usageError(
        "varyonvg",
        "",
        "varyonvg [-b] [-c] [-f] [-n] [-p] [-r] [-s] [-u] VolumeGroup",
        1,
      );
    }
    const [name = ""] = flags.operands;
    const group = findGroup(ctx.machine, name);
    if (group === undefined) {
      return unknownGroup("varyonvg", name);
    }
    const locked = groupLock(ctx, "varyonvg", name);
    if (locked !== undefined) {
      return locked;
    }
    const isWhole = membersOf(ctx.machine.storage, group).every(
      (disk) => findDisk(ctx.machine, disk.name) !== undefined,
    );
    if (!isWhole && !flags.has("f")) {
      return failed(
        1,
        `0516-052 varyonvg: Volume group cannot be varied on without a\n        quorum. More physical volumes in the group must be active.`,
      );
    }
    group.state = "active";
    return done();
  },
};
