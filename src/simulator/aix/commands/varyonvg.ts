import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { findGroup, groupLock, hasQuorum, unknownGroup } from "../lvm.ts";

/** Varies a volume group on that has a quorum of its disks; one that is on stays so ([U]: exit code 0). */
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
    if (!hasQuorum(ctx.machine, group) && !flags.has("f")) {
      return failed(
        1,
        `0516-052 varyonvg: Volume group cannot be varied on without a\n        quorum. More physical volumes in the group must be active.`,
      );
    }
    group.state = "active";
    return done();
  },
};
