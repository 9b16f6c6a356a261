import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { allocate, cannotAllocate, createLogicalVolume, findVolume, openGroup } from "../lvm.ts";

const USAGE =
  "mklv [-a Position] [-c Copies] [-e Range] [-t Type] [-x Maximum] [-y LogicalVolume] VolumeGroup Number [PhysicalVolume...]";

/** Makes a logical volume of so many partitions, or of a size ("2G", "512M") rounded up to them. */
export const mklv: SimulatedCommand = {
  path: "/usr/sbin/mklv",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "a:c:e:t:x:y:");
    const [, digits = "", unit = ""] =
      typeof flags === "string" ? [] : (/^(\d+)([MGmg]?)$/u.exec(flags.operands[1] ?? "") ?? []);
    const copies = typeof flags === "string" ? 0 : Number(flags.value("c") ?? "1");
    if (
      typeof flags === "string" ||
      Number(digits) < 1 ||
      (copies !== 1 && copies !== 2 && copies !== 3)
    ) {
      return usageError("mklv", typeof flags === "string" ? flags : "", USAGE, 1);
    }
    const [group = "", , ...disks] = flags.operands;
    const opened = openGroup(ctx, "mklv", group);
    if ("refusal" in opened) {
      return opened.refusal;
    }
    const { machine } = ctx;
    const name =
      flags.value("y") ??
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
        .map((digit) => `lv0${digit}`)
        .find((each) => findVolume(machine, each) === undefined) ??
      "lv10";
    const unable = "0516-822 mklv: Unable to create logical volume.";
    if (findVolume(machine, name) !== undefined || name.length > 15) {
      return failed(
        1,
        `0516-360 mklv: The device name ${name} is already used; choose a\n        different name.\n${unable}`,
      );
    }
    const volume = createLogicalVolume(name, flags.value("t") ?? "jfs");
    const mb = Number(digits) * (unit.toUpperCase() === "G" ? 1_024 : 1);
    const lps = unit === "" ? Number(digits) : Math.ceil(mb / opened.group.ppMb);
    volume.copies = copies;
    volume.maxLps = Number(flags.value("x") ?? volume.maxLps);
    if (lps > volume.maxLps) {
      return failed(
        1,
        `0516-787 mklv: Maximum allocation for logical volume ${name} is ${volume.maxLps}.\n${unable}`,
      );
    }
    if (!allocate(machine.storage, opened.group, volume, lps, disks)) {
      return cannotAllocate(unable);
    }
    opened.group.volumes.push(volume);
    return done(`${name}\n`);
  },
};
