import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { createPvid, findDisk, findGroup, groupOnDisk, knownGroups } from "../lvm.ts";
import type { PhysicalVolume } from "../volumes.ts";

const USAGE =
  "mkvg [-B | -S] [-f] [-n] [-s Size] [-t Factor] [-V MajorNumber] [-y VolumeGroup] PhysicalVolume...";
const UNABLE = "0516-862 mkvg: Unable to create volume group.";

/** Makes a volume group of disks and varies it on. A disk with another's descriptor area needs -f, one of a known group is refused. */
export const mkvg: SimulatedCommand = {
  path: "/usr/sbin/mkvg",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "BSfns:t:V:y:");
    const size = typeof flags === "string" ? 0 : Number(flags.value("s") ?? "32");
    if (
      typeof flags === "string" ||
      flags.operands.length === 0 ||
      !(size >= 1 && Number.isInteger(Math.log2(size)))
    ) {
      return usageError("mkvg", typeof flags === "string" ? flags : "", USAGE, 1);
    }
    const { machine } = ctx;
    const { storage } = machine;
    const name = flags.value("y") ?? `vg0${knownGroups(machine).length - 1}`;
    if (findGroup(machine, name) !== undefined) {
      return failed(
        1,
        `0516-360 mkvg: The device name ${name} is already used; choose a\n        different name.\n${UNABLE}`,
      );
    }
    const disks: PhysicalVolume[] = [];
    for (const operand of flags.operands) {
      const disk = findDisk(machine, operand);
      if (disk === undefined) {
        return failed(
          1,
          `0516-306 mkvg: Unable to find physical volume ${operand} in the Device\n        Configuration Database.\n${UNABLE}`,
        );
      }
      const other = groupOnDisk(storage, disk);
      if (other !== undefined && (other.state !== "unknown" || !flags.has("f"))) {
        return failed(
          1,
          `0516-1398 mkvg: The physical volume ${operand}, appears to belong to\n        another volume group. Use the force option to add this physical volume\n        to a volume group.\n${UNABLE}`,
        );
      }
      disks.push(disk);
    }
    for (const disk of disks) {
      storage.volumeGroups = storage.volumeGroups.filter(
        (group) => group !== groupOnDisk(storage, disk),
      );
      disk.pvid = disk.pvid === "" ? createPvid(ctx) : disk.pvid;
      disk.seenMb = disk.sizeMb;
      delete disk.foreignData;
    }
    storage.volumeGroups.push({
      name,
      id: `${createPvid(ctx)}00000000${createPvid(ctx).slice(8)}`,
      members: disks.map(({ pvid }) => pvid),
      ppMb: size,
      type: flags.has("S") ? "scalable" : flags.has("B") ? "big" : "normal",
      autoOn: !flags.has("n"),
      state: "active",
      volumes: [],
    });
    return done(`${name}\n`);
  },
};
