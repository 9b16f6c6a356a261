import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { dropStanza, addStanza, readStanzas } from "../file-system-stanzas.ts";
import { findDisk, findGroup, groupOnDisk, groupLock, membersOf, unknownDisk } from "../lvm.ts";

const USAGE = "importvg [-V MajorNumber] [-y VolumeGroup] [-f] [-n] [-F] PhysicalVolume";

/** Brings in a volume group from one of its disks: database, /etc/filesystems, varied on (not with -n), never mounted. */
export const importvg: SimulatedCommand = {
  path: "/usr/sbin/importvg",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "V:y:fnF");
    if (typeof flags === "string" || flags.operands.length !== 1) {
      return usageError("importvg", typeof flags === "string" ? flags : "", USAGE, 1);
    }
    const { machine, fs } = ctx;
    const [name = ""] = flags.operands;
    const disk = findDisk(machine, name);
    if (disk === undefined) {
      return unknownDisk("importvg", name);
    }
    const group = groupOnDisk(machine.storage, disk);
    const wanted = flags.value("y") ?? group?.name ?? "";
    const cannot = `0516-776 importvg: Cannot import ${name} as ${wanted}.`;
    const locked = groupLock(ctx, "importvg", wanted);
    if (locked !== undefined) {
      return locked;
    }
    if (machine.faults.importvgFailures > 0) {
      machine.faults.importvgFailures -= 1;
      return failed(1, cannot);
    }
    if (findGroup(machine, wanted) !== undefined) {
      return failed(
        1,
        `0516-360 getvgname: The device name is already used; choose a\n        different name.\n${cannot}`,
      );
    }
    if (group === undefined) {
      return failed(
        1,
        `0516-1140 importvg: Unable to read the volume group descriptor area\n        on specified physical volume.\n${cannot}`,
      );
    }
    if (group.state !== "unknown") {
      return failed(
        1,
        `0516-1398 importvg: The physical volume ${name}, appears to belong to\n        another volume group.\n${cannot}`,
      );
    }
    const isWhole = membersOf(machine.storage, group).every(
      (each) => findDisk(machine, each.name) !== undefined,
    );
    if (!isWhole && !flags.has("f")) {
      return failed(
        1,
        `0516-1775 importvg: Physical volumes of the volume group are missing.\n${cannot}`,
      );
    }
    group.name = wanted;
    group.state = flags.has("n") ? "varied-off" : "active";
    for (const volume of group.volumes) {
      const { fileSystem } = volume;
      const device = `/dev/${volume.name}`;
      if (
        fileSystem !== undefined &&
        !readStanzas(fs).some(({ values }) => values["dev"] === device)
      ) {
        dropStanza(fs, fileSystem.mountPoint);
        addStanza(fs, fileSystem.mountPoint, {
          dev: device,
          vfs: "jfs2",
          log: fileSystem.log,
          mount: "false",
          check: "false",
          options: "rw",
          account: "false",
        });
        fs.makeDirectory(fileSystem.mountPoint);
      }
    }
    return done(`${wanted}\n`);
  },
};
