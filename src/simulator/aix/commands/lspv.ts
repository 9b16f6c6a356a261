import {
  type CommandContext,
  type CommandOutcome,
  done,
  failed,
  type SimulatedCommand,
} from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { findDisk, freePps, groupOnDisk, knownDisks, padCells, totalPps } from "../lvm.ts";
import type { PhysicalVolume, VolumeGroup } from "../volumes.ts";

const USAGE = "lspv [-L] [-l | -p | -u] [PhysicalVolume]";

/**
 * Physical volumes and their volume groups; one disk's details, its logical volumes (-l), its map
 * (-p). The layouts of -l, -p and -u are [U].
 */
export const lspv: SimulatedCommand = {
  path: "/usr/sbin/lspv",
  isChange: () => false,
  run(ctx, args) {
    const flags = parseFlags(args, "Llpu");
    if (typeof flags === "string") {
      return usageError("lspv", flags, USAGE, 1);
    }
    const [name, ...rest] = flags.operands;
    if (rest.length > 0 || (name === undefined && (flags.has("l") || flags.has("p")))) {
      return usageError("lspv", "", USAGE, 1);
    }
    if (name === undefined) {
      return done(
        knownDisks(ctx.machine)
          .map((disk) => row(ctx, disk, flags.has("u")))
          .join(""),
      );
    }
    const disk = findDisk(ctx.machine, name);
    if (disk === undefined) {
      return failed(
        1,
        `0516-1396 : The physical volume ${name}, was not found in the system database.`,
      );
    }
    const group = knownGroupOf(ctx, disk);
    if (group === undefined) {
      return failed(
        1,
        `0516-320 lspv: Physical volume ${name} is not assigned to\n        a volume group.`,
      );
    }
    if (group.state !== "active") {
      return failed(1, "0516-010 lspv: Volume group must be varied on; use varyonvg command.");
    }
    if (flags.has("l") || flags.has("p")) {
      return listVolumes(disk, group, flags.has("p"));
    }
    return done(details(disk, group));
  },
};

function knownGroupOf(ctx: CommandContext, disk: PhysicalVolume): VolumeGroup | undefined {
  const group = groupOnDisk(ctx.machine.storage, disk);
  return group?.state === "unknown" ? undefined : group;
}

function row(ctx: CommandContext, disk: PhysicalVolume, hasUdid: boolean): string {
  const group = knownGroupOf(ctx, disk);
  const state = group?.state === "active" ? "active" : "";
  const udid = hasUdid ? `      3520${disk.pvid}05VDASD03AIXvscsi` : "";
  const pvid = disk.pvid === "" ? "none" : disk.pvid;
  return `${disk.name.padEnd(16)}${pvid.padEnd(32)}${(group?.name ?? "None").padEnd(16)}${state.padEnd(8)}${udid}`
    .trimEnd()
    .concat("\n");
}

function details(disk: PhysicalVolume, group: VolumeGroup): string {
  const total = totalPps(group, disk);
  const free = freePps(group, disk);
  const volumes = group.volumes.filter(({ extents }) => extents[disk.pvid] !== undefined);
  const mb = (pps: number): string => `${pps} (${pps * group.ppMb} megabytes)`;
  const line = (left: string, value: string, right = ""): string =>
    `${left.padEnd(20)} ${value.padEnd(24)} ${right}`.trimEnd().concat("\n");
  return [
    line("PHYSICAL VOLUME:", disk.name, `VOLUME GROUP:     ${group.name}`),
    line("PV IDENTIFIER:", disk.pvid, `VG IDENTIFIER     ${group.id}`),
    line("PV STATE:", "active"),
    line("STALE PARTITIONS:", "0", "ALLOCATABLE:      yes"),
    line("PP SIZE:", `${group.ppMb} megabyte(s)`, `LOGICAL VOLUMES:  ${volumes.length}`),
    line("TOTAL PPs:", mb(total), "VG DESCRIPTORS:   2"),
    line("FREE PPs:", mb(free), "HOT SPARE:        no"),
    line("USED PPs:", mb(total - free), "MAX REQUEST:      256 kilobytes"),
  ].join("");
}

function listVolumes(disk: PhysicalVolume, group: VolumeGroup, isMap: boolean): CommandOutcome {
  const widths = isMap ? [12, 12, 16, 20, 12] : [22, 8, 8, 24];
  const rows = group.volumes.flatMap((volume) => {
    const pps = volume.extents[disk.pvid];
    const mountPoint = volume.fileSystem?.mountPoint ?? "N/A";
    if (pps === undefined) {
      return [];
    }
    return isMap
      ? [[String(pps), "used", "", volume.name, `${volume.type.padEnd(10)} ${mountPoint}`]]
      : [[volume.name, String(pps), String(pps), "00..00..00..00..00", mountPoint]];
  });
  const header = isMap
    ? ["PP RANGE", "STATE", "REGION", "LV NAME", "TYPE       MOUNT POINT"]
    : ["LV NAME", "LPs", "PPs", "DISTRIBUTION", "MOUNT POINT"];
  return done(
    `${disk.name}:\n${[header, ...rows].map((cells) => padCells(widths, cells)).join("")}`,
  );
}
