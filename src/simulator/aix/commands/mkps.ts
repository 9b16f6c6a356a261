import { done, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { allocate, cannotAllocate, createLogicalVolume, findVolume, openGroup } from "../lvm.ts";

/** Makes paging space of so many partitions, active now (-n) and at each boot (-a); prints its name. */
export const mkps: SimulatedCommand = {
  path: "/usr/sbin/mkps",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "ans:t:");
    const lps = typeof flags === "string" ? 0 : Number(flags.value("s") ?? "0");
    if (
      typeof flags === "string" ||
      !(lps >= 1 && Number.isInteger(lps)) ||
      flags.operands.length === 0 ||
      (flags.value("t") ?? "lv") !== "lv"
    ) {
      return usageError(
        "mkps",
        typeof flags === "string" ? flags : "",
        "mkps [-a] [-n] [-t lv] -s LogicalPartitions VolumeGroup [PhysicalVolume]",
        1,
      );
    }
    const [group = "", ...disks] = flags.operands;
    const opened = openGroup(ctx, "mkps", group);
    if ("refusal" in opened) {
      return opened.refusal;
    }
    const { storage } = ctx.machine;
    const number = Array.from({ length: 100 }, (_each, index) =>
      String(index).padStart(2, "0"),
    ).find((each) => findVolume(ctx.machine, `paging${each}`) === undefined);
    const volume = createLogicalVolume(`paging${number ?? "99"}`, "paging");
    if (lps > volume.maxLps || !allocate(storage, opened.group, volume, lps, disks)) {
      return cannotAllocate("mkps: 0517-053 Cannot create the paging space.");
    }
    opened.group.volumes.push(volume);
    storage.pagingSpaces.push({
      volume: volume.name,
      isActive: flags.has("n"),
      isAuto: flags.has("a"),
    });
    return done(`${volume.name}\n`);
  },
};
