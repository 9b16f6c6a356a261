import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { dropStanza, readStanzas } from "../file-system-stanzas.ts";
import { findGroup, unknownGroup } from "../lvm.ts";

/** Forgets a volume group that is varied off, with its stanzas; its disks keep everything. */
export const exportvg: SimulatedCommand = {
  path: "/usr/sbin/exportvg",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "");
    if (typeof flags === "string" || flags.operands.length !== 1) {
      return usageError("exportvg", "", "exportvg VolumeGroup", 1);
    }
    const [name = ""] = flags.operands;
    const group = findGroup(ctx.machine, name);
    if (group === undefined) {
      return unknownGroup("exportvg", name);
    }
    if (group.state === "active") {
      return failed(
        1,
        `0516-764 exportvg: The volume group must be varied off\n        before exporting.`,
      );
    }
    group.state = "unknown";
    const devices = new Set(group.volumes.map((volume) => `/dev/${volume.name}`));
    for (const { mountPoint, values } of readStanzas(ctx.fs)) {
      if (devices.has(values["dev"] ?? "")) {
        dropStanza(ctx.fs, mountPoint);
      }
    }
    return done();
  },
};
