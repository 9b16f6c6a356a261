import { type CommandContext, done, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import {
  diskPpsMax,
  disksMax,
  findDisk,
  findGroup,
  freePps,
  isOpen,
  knownGroups,
  membersOf,
  missingMembers,
  padCells,
  totalPps,
  unknownGroup,
  variedOff,
} from "../lvm.ts";
import type { VolumeGroup } from "../volumes.ts";

const USAGE = "lsvg [-L] [-o] [-l | -p] [VolumeGroup...]";
const MAX_PPS = { normal: 32_512, big: 130_048, scalable: 32_768 };

/** Names of the volume groups, those varied on (-o), one's details, logical (-l) and physical volumes (-p). */
export const lsvg: SimulatedCommand = {
  path: "/usr/sbin/lsvg",
  isChange: () => false,
  run(ctx, args) {
    const flags = parseFlags(args, "Lolp");
    const hasView = typeof flags !== "string" && (flags.has("l") || flags.has("p"));
    if (typeof flags === "string" || (hasView && flags.operands.length === 0)) {
      return usageError("lsvg", typeof flags === "string" ? flags : "", USAGE, 1);
    }
    if (flags.operands.length === 0) {
      const groups = knownGroups(ctx.machine).filter(
        ({ state }) => !flags.has("o") || state === "active",
      );
      return done(groups.map(({ name }) => `${name}\n`).join(""));
    }
    let text = "";
    for (const name of flags.operands) {
      const group = findGroup(ctx.machine, name);
      if (group === undefined) {
        return unknownGroup("lsvg", name);
      }
      if (group.state !== "active") {
        return variedOff("lsvg");
      }
      if (flags.has("l")) {
        text += volumes(ctx, group);
      } else {
        text += flags.has("p") ? disks(ctx, group) : details(ctx, group);
      }
    }
    return done(text);
  },
};

function details(ctx: CommandContext, group: VolumeGroup): string {
  const members = membersOf(ctx.machine.storage, group);
  const total = members.reduce((sum, disk) => sum + totalPps(group, disk), 0);
  const free = members.reduce((sum, disk) => sum + freePps(group, disk), 0);
  const mb = (pps: number): string => `${pps} (${pps * group.ppMb} megabytes)`;
  const count = group.volumes.length;
  const open = group.volumes.filter((volume) => isOpen(ctx.machine, volume)).length;
  const line = (left: string, value: string, right: string, second: string): string =>
    `${left.padEnd(20)}${value.padEnd(25)}${right === "" ? "" : `${right.padEnd(16)}${second}`}`
      .trimEnd()
      .concat("\n");
  return [
    line("VOLUME GROUP:", group.name, "VG IDENTIFIER:", group.id),
    line("VG STATE:", "active", "PP SIZE:", `${group.ppMb} megabyte(s)`),
    line("VG PERMISSION:", "read/write", "TOTAL PPs:", mb(total)),
    line("MAX LVs:", "256", "FREE PPs:", mb(free)),
    line("LVs:", String(count), "USED PPs:", mb(total - free)),
    line("OPEN LVs:", String(open), "QUORUM:", "2 (Enabled)"),
    line("TOTAL PVs:", String(group.members.length), "VG DESCRIPTORS:", "2"),
    line("STALE PVs:", "0", "STALE PPs:", "0"),
    line(
      "ACTIVE PVs:",
      String(group.members.length - missingMembers(ctx.machine, group).length),
      "AUTO ON:",
      group.autoOn ? "yes" : "no",
    ),
    line("MAX PPs per VG:", String(MAX_PPS[group.type]), "", ""),
    line(
      "MAX PPs per PV:",
      group.type === "scalable" ? "" : String(diskPpsMax(group)),
      "MAX PVs:",
      String(group.type === "scalable" ? 1_024 : disksMax(group)),
    ),
    line("LTG size (Dynamic):", "256 kilobyte(s)", "AUTO SYNC:", "no"),
  ].join("");
}

function disks(ctx: CommandContext, group: VolumeGroup): string {
  const widths = [18, 18, 12, 12];
  const rows = membersOf(ctx.machine.storage, group).map((disk) => [
    disk.name,
    findDisk(ctx.machine, disk.name) === undefined ? "missing" : "active",
    String(totalPps(group, disk)),
    String(freePps(group, disk)),
    `${freePps(group, disk)}..00..00..00..00`,
  ]);
  const header = ["PV_NAME", "PV STATE", "TOTAL PPs", "FREE PPs", "FREE DISTRIBUTION"];
  return `${group.name}:\n${[header, ...rows].map((cells) => padCells(widths, cells)).join("")}`;
}

function volumes(ctx: CommandContext, group: VolumeGroup): string {
  const widths = [20, 11, 8, 8, 5, 14];
  const rows = group.volumes.map((volume) => [
    volume.name,
    volume.type,
    String(volume.lps),
    String(volume.lps * volume.copies),
    String(Object.keys(volume.extents).length),
    `${isOpen(ctx.machine, volume) ? "open" : "closed"}/syncd`,
    volume.fileSystem?.mountPoint ?? "N/A",
  ]);
  const header = ["LV NAME", "TYPE", "LPs", "PPs", "PVs", "LV STATE", "MOUNT POINT"];
  return `${group.name}:\n${[header, ...rows].map((cells) => padCells(widths, cells)).join("")}`;
}
