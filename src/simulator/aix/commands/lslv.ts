import { done, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { findVolume, isOpen, unknownVolume, variedOff } from "../lvm.ts";

/** A logical volume's details. The order of the rows is [U]. */
export const lslv: SimulatedCommand = {
  path: "/usr/sbin/lslv",
  isChange: () => false,
  run(ctx, args) {
    const flags = parseFlags(args, "L");
    if (typeof flags === "string" || flags.operands.length !== 1) {
      return usageError(
        "lslv",
        typeof flags === "string" ? flags : "",
        "lslv [-L] LogicalVolume",
        1,
      );
    }
    const [name = ""] = flags.operands;
    const found = findVolume(ctx.machine, name);
    if (found === undefined) {
      return unknownVolume("lslv", name);
    }
    const { group, volume } = found;
    if (group.state !== "active") {
      return variedOff("lslv");
    }
    const state = `${isOpen(ctx.machine, volume) ? "opened" : "closed"}/syncd`;
    const mountPoint = volume.fileSystem?.mountPoint ?? "N/A";
    const line = (left: string, value: string, right: string, second: string): string =>
      `${left.padEnd(20)}${value.padEnd(23)}${right.padEnd(16)}${second}`.trimEnd().concat("\n");
    return done(
      [
        line("LOGICAL VOLUME:", name, "VOLUME GROUP:", group.name),
        line(
          "LV IDENTIFIER:",
          `${group.id}.${group.volumes.indexOf(volume) + 1}`,
          "PERMISSION:",
          "read/write",
        ),
        line("VG STATE:", "active/complete", "LV STATE:", state),
        line("TYPE:", volume.type, "WRITE VERIFY:", "off"),
        line("MAX LPs:", String(volume.maxLps), "PP SIZE:", `${group.ppMb} megabyte(s)`),
        line("COPIES:", String(volume.copies), "SCHED POLICY:", "parallel"),
        line("LPs:", String(volume.lps), "PPs:", String(volume.lps * volume.copies)),
        line(
          "MOUNT POINT:",
          mountPoint,
          "LABEL:",
          volume.fileSystem === undefined ? "None" : mountPoint,
        ),
      ].join(""),
    );
  },
};
