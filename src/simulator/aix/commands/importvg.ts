import {
  type CommandContext,
  type CommandOutcome,
  done,
  failed,
  type SimulatedCommand,
} from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { addStanza, readStanzas } from "../file-system-stanzas.ts";
import {
  findDisk,
  findGroup,
  groupOnDisk,
  groupLock,
  missingMembers,
  unknownDisk,
} from "../lvm.ts";
import type { VolumeGroup } from "../volumes.ts";

const USAGE = "importvg [-V MajorNumber] [-y VolumeGroup] [-f] [-n] [-F] PhysicalVolume";

/**
 * Brings in a volume group from one of its disks: database, /etc/filesystems, varied on (not with
 * -n), never mounted. The messages are [U].
 */
export const importvg: SimulatedCommand = {
  path: "/usr/sbin/importvg",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "V:y:fnF");
    if (typeof flags === "string" || flags.operands.length !== 1) {
      return usageError("importvg", typeof flags === "string" ? flags : "", USAGE, 1);
    }
    const { machine } = ctx;
    const [name = ""] = flags.operands;
    const disk = findDisk(machine, name);
    if (disk === undefined) {
      return unknownDisk("importvg", name);
    }
    const group = groupOnDisk(machine.storage, disk);
    const wanted = flags.value("y") ?? group?.name ?? "";
    const refusal = findRefusal(ctx, name, wanted, group);
    if (refusal !== undefined) {
      return refusal;
    }
    if (group === undefined) {
      return refuse(
        "0516-1140 importvg: Unable to read the volume group descriptor area\n        on specified physical volume.",
        name,
        wanted,
      );
    }
    const isWhole = flags.has("f") || missingMembers(machine, group).length === 0;
    if (!isWhole && !machine.faults.importvgDefinesIncomplete) {
      return refuse(
        "0516-1775 importvg: Physical volumes of the volume group are missing.",
        name,
        wanted,
      );
    }
    group.name = wanted;
    group.state = isWhole && !flags.has("n") ? "active" : "varied-off";
    const warnings = addStanzas(ctx, group);
    return isWhole
      ? { ...done(`${wanted}\n`), stderr: warnings }
      : failed(
          1,
          `${warnings}0516-056 varyonvg: The volume group is not varied on because a\n        physical volume is marked missing. Run diagnostics.`,
        );
  },
};

function findRefusal(
  ctx: CommandContext,
  disk: string,
  wanted: string,
  group: VolumeGroup | undefined,
): CommandOutcome | undefined {
  const { machine } = ctx;
  const locked = groupLock(ctx, "importvg", wanted);
  if (locked !== undefined) {
    return locked;
  }
  if (machine.faults.importvgFailures > 0) {
    machine.faults.importvgFailures -= 1;
    return failed(1, `0516-776 importvg: Cannot import ${disk} as ${wanted}.`);
  }
  if (findGroup(machine, wanted) !== undefined) {
    return refuse(
      "0516-360 getvgname: The device name is already used; choose a\n        different name.",
      disk,
      wanted,
    );
  }
  return (group?.state ?? "unknown") === "unknown"
    ? undefined
    : refuse(
        `0516-1398 importvg: The physical volume ${disk}, appears to belong to\n        another volume group.`,
        disk,
        wanted,
      );
}

function refuse(reason: string, disk: string, wanted: string): CommandOutcome {
  return failed(1, `${reason}\n0516-776 importvg: Cannot import ${disk} as ${wanted}.`);
}

/** Stanzas of file systems whose device has none. One for the same mount point is left alone. Returns the warnings. */
function addStanzas(ctx: CommandContext, group: VolumeGroup): string {
  const { fs } = ctx;
  let warnings = "";
  for (const { name, fileSystem } of group.volumes) {
    const stanzas = readStanzas(fs);
    if (
      fileSystem === undefined ||
      stanzas.some(({ values }) => values["dev"] === `/dev/${name}`)
    ) {
      continue;
    }
    const { mountPoint, log } = fileSystem;
    if (stanzas.some((stanza) => stanza.mountPoint === mountPoint)) {
      warnings += `imfs: Warning: mount point ${mountPoint} already exists in /etc/filesystems.\n`;
      continue;
    }
    addStanza(fs, mountPoint, {
      dev: `/dev/${name}`,
      vfs: "jfs2",
      log,
      mount: "false",
      check: "false",
      options: "rw",
      account: "false",
    });
    fs.makeDirectory(mountPoint);
  }
  return warnings;
}
