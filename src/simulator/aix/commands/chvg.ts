import {
  type CommandContext,
  type CommandOutcome,
  done,
  failed,
  type SimulatedCommand,
} from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { diskPpsMax, disksMax, membersOf, openGroup } from "../lvm.ts";
import type { VolumeGroup } from "../volumes.ts";

const USAGE = "chvg [-a AutoOn {n | y}] [-g] [-t Factor] [-u] VolumeGroup";

/** -g looks for disks that have grown, -a sets varying on at boot, -t the factor, -u unlocks. The texts of -g and of refusals are [U]. */
export const chvg: SimulatedCommand = {
  path: "/usr/sbin/chvg",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "a:gt:u");
    const auto = typeof flags === "string" ? "" : (flags.value("a") ?? "y");
    if (
      typeof flags === "string" ||
      flags.operands.length !== 1 ||
      flags.order.length === 0 ||
      !["y", "n"].includes(auto)
    ) {
      return usageError("chvg", typeof flags === "string" ? flags : "", USAGE, 1);
    }
    const [name = ""] = flags.operands;
    if (flags.has("u")) {
      delete ctx.machine.faults.lockedVolumeGroups[name];
    }
    const opened = openGroup(ctx, "chvg", name);
    if ("refusal" in opened) {
      return opened.refusal;
    }
    const { group } = opened;
    if (flags.has("a")) {
      group.autoOn = auto === "y";
    }
    if (flags.has("t")) {
      return changeFactor(group, Number(flags.value("t")));
    }
    return flags.has("g") ? takeGrowth(ctx, group) : done();
  },
};

function changeFactor(group: VolumeGroup, factor: number): CommandOutcome {
  const { name } = group;
  const most = group.type === "big" ? 64 : 16;
  if (group.type === "scalable" || !(factor >= 1 && factor <= most)) {
    return failed(1, `0516-1140 chvg: The factor must be between 1 and ${most}.`);
  }
  const changed = { ...group, factor };
  if (disksMax(changed) < group.members.length) {
    return failed(
      1,
      `0516-1166 chvg: With a factor of ${factor}, ${name} cannot have its ${group.members.length} disks.`,
    );
  }
  group.factor = factor;
  return done(
    `0516-1164 chvg: Volume group ${name} changed.  With given characteristics ${name}\n        can include up to ${disksMax(changed)} physical volumes with ${diskPpsMax(changed)} physical partitions each.\n`,
  );
}

/** -g: all disks or none. */
function takeGrowth(ctx: CommandContext, group: VolumeGroup): CommandOutcome {
  const { faults, storage } = ctx.machine;
  const grown = membersOf(storage, group).filter((disk) => disk.sizeMb > disk.seenMb);
  if (grown.length === 0 || faults.growthNotSeen.includes(group.name)) {
    return done();
  }
  const needed = Math.max(...grown.map(({ sizeMb }) => Math.ceil(sizeMb / group.ppMb) - 1));
  if (needed > diskPpsMax(group)) {
    if (!faults.growthRaisesFactor) {
      return failed(
        1,
        `0516-1382 chvg: A disk of ${group.name} has more than ${diskPpsMax(group)} physical\n        partitions. Use chvg -t to raise the limit.`,
      );
    }
    group.factor = Math.ceil(needed / 1_016);
  }
  for (const disk of grown) {
    disk.seenMb = disk.sizeMb;
  }
  return done(
    `0516-1380 chvg: The disks of volume group ${group.name} have grown; their new size is used.\n`,
  );
}
