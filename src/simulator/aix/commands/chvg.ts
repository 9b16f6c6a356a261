import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { membersOf, openGroup } from "../lvm.ts";

const USAGE = "chvg [-a AutoOn {n | y}] [-g] [-t Factor] [-u] VolumeGroup";

/** -g looks for disks that have grown, -a sets varying on at boot, -t the factor, -u unlocks. The text of -g is [U]. */
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
      const factor = Number(flags.value("t"));
      if (!(factor >= 1 && factor <= 16)) {
        return failed(1, "0516-1140 chvg: The factor must be between 1 and 16.");
      }
      return done(
        `0516-1164 chvg: Volume group ${name} changed.  With given characteristics ${name}\n        can include up to ${Math.floor(32 / factor)} physical volumes with ${factor * 1_016} physical partitions each.\n`,
      );
    }
    let text = "";
    for (const disk of flags.has("g") ? membersOf(ctx.machine.storage, group) : []) {
      if (disk.sizeMb > disk.seenMb) {
        disk.seenMb = disk.sizeMb;
        text = `0516-1380 chvg: The disks of volume group ${name} have grown; their new size is used.\n`;
      }
    }
    return done(text);
  },
};
