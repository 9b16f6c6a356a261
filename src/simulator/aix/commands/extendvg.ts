import { failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { createPvid, diskPpsMax, disksMax, findDisk, groupOnDisk, openGroup } from "../lvm.ts";
import type { PhysicalVolume } from "../volumes.ts";

const UNABLE = "0516-792 extendvg: Unable to extend volume group.";

/** Adds disks to a volume group. A disk may have 1016 partitions times the factor, unless the group is scalable. 0516-1163 is [U]. */
export const extendvg: SimulatedCommand = {
  path: "/usr/sbin/extendvg",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "f");
    if (typeof flags === "string" || flags.operands.length < 2) {
      return usageError(
        "extendvg",
        typeof flags === "string" ? flags : "",
        "extendvg [-f] VolumeGroup PhysicalVolume...",
        1,
      );
    }
    const [name = "", ...names] = flags.operands;
    const opened = openGroup(ctx, "extendvg", name);
    if ("refusal" in opened) {
      return opened.refusal;
    }
    const { group } = opened;
    const { storage } = ctx.machine;
    const disks: PhysicalVolume[] = [];
    for (const each of names) {
      const disk = findDisk(ctx.machine, each);
      if (disk === undefined) {
        return failed(
          1,
          `0516-306 extendvg: Unable to find physical volume ${each} in the Device\n        Configuration Database.\n${UNABLE}`,
        );
      }
      const other = groupOnDisk(storage, disk);
      if (other !== undefined && (other.state !== "unknown" || !flags.has("f"))) {
        return failed(
          1,
          `0516-1398 extendvg: The physical volume ${each}, appears to belong to\n        another volume group. Use the force option to add this physical volume\n        to a volume group.\n${UNABLE}`,
        );
      }
      const pps = Math.ceil(disk.sizeMb / group.ppMb);
      if (pps > diskPpsMax(group)) {
        return failed(
          1,
          `0516-1162 extendvg: The Physical Partition Size of ${group.ppMb} requires the\n        creation of ${pps} partitions for ${each}.  The limitation for volume group\n        ${name} is ${diskPpsMax(group)} physical partitions per physical volume.\n${UNABLE}`,
        );
      }
      disks.push(disk);
    }
    if (group.type !== "scalable" && group.members.length + disks.length > disksMax(group)) {
      return failed(
        1,
        `0516-1163 extendvg: Volume group ${name} can have ${disksMax(group)} physical volumes.\n${UNABLE}`,
      );
    }
    let note = "";
    for (const disk of disks) {
      storage.volumeGroups = storage.volumeGroups.filter(
        (known) => known !== groupOnDisk(storage, disk),
      );
      if (disk.pvid === "") {
        disk.pvid = createPvid(ctx);
        note = "0516-1254 extendvg: Changing the PVID in the ODM.\n";
      }
      disk.seenMb = disk.sizeMb;
      delete disk.foreignData;
      group.members.push(disk.pvid);
    }
    return { exitCode: 0, stdout: "", stderr: note };
  },
};
