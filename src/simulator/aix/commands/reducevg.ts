import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { dropStanza } from "../file-system-stanzas.ts";
import { findDisk, isOpen, openGroup, unknownDisk } from "../lvm.ts";

/** Takes disks out of a volume group; -d with what is on them, -f without asking. The last one takes the group with it. */
export const reducevg: SimulatedCommand = {
  path: "/usr/sbin/reducevg",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "df");
    if (typeof flags === "string" || flags.operands.length < 2) {
      return usageError("reducevg", "", "reducevg [-d] [-f] VolumeGroup PhysicalVolume...", 1);
    }
    const [name = "", ...names] = flags.operands;
    const opened = openGroup(ctx, "reducevg", name);
    if ("refusal" in opened) {
      return opened.refusal;
    }
    const { group } = opened;
    for (const each of names) {
      const disk = findDisk(ctx.machine, each);
      if (disk === undefined || !group.members.includes(disk.pvid)) {
        return unknownDisk("reducevg", each);
      }
      const used = group.volumes.filter(({ extents }) => extents[disk.pvid] !== undefined);
      if (
        used.some((volume) => isOpen(ctx.machine, volume)) ||
        (used.length > 0 && !flags.has("d"))
      ) {
        return failed(
          1,
          `0516-016 ldeletepv: Cannot delete physical volume with allocated\n        partitions. Use either migratepv to move the partitions or\n        reducevg with the -d option to delete the partitions.\n0516-884 reducevg: Unable to remove physical volume ${each}.`,
        );
      }
      for (const volume of used) {
        if (volume.fileSystem !== undefined) {
          dropStanza(ctx.fs, volume.fileSystem.mountPoint);
        }
      }
      group.volumes = group.volumes.filter((volume) => !used.includes(volume));
      group.members = group.members.filter((pvid) => pvid !== disk.pvid);
    }
    if (group.members.length > 0) {
      return done();
    }
    const { storage } = ctx.machine;
    storage.volumeGroups = storage.volumeGroups.filter((known) => known !== group);
    return done(`ldeletepv: Volume Group deleted since it contains no physical volumes.\n`);
  },
};
