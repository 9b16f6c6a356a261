import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { findGroup, isOpen, unknownGroup } from "../lvm.ts";

/** Varies a volume group off, none of whose volumes is open. */
export const varyoffvg: SimulatedCommand = {
  path: "/usr/sbin/varyoffvg",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "s");
    if (typeof flags === "string" || flags.operands.length !== 1) {
      return usageError("varyoffvg", "", "varyoffvg [-s] VolumeGroup", 1);
    }
    const [name = ""] = flags.operands;
    const group = findGroup(ctx.machine, name);
    if (group === undefined) {
      return unknownGroup("varyoffvg", name);
    }
    if (group.volumes.some((volume) => isOpen(ctx.machine, volume))) {
      return failed(
        1,
        `0516-012 lvaryoffvg: Logical volume must be closed.  If the logical\n        volume contains a filesystem, the umount command will close\n        the LV device.\n0516-942 varyoffvg: Unable to vary off volume group ${name}.`,
      );
    }
    group.state = "varied-off";
    return done();
  },
};
