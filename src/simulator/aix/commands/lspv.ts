import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { findDevice } from "../machine.ts";
import { attributeValue } from "../odm.ts";

const USAGE = "lspv [-L]";

/** Physical volumes and their volume groups: so far the disks of rootvg. */
export const lspv: SimulatedCommand = {
  path: "/usr/sbin/lspv",
  isChange: () => false,
  run(ctx, args) {
    const flags = parseFlags(args, "L");
    if (typeof flags === "string") {
      return usageError("lspv", flags, USAGE, 1);
    }
    const [name] = flags.operands;
    if (name !== undefined) {
      return findDevice(ctx.machine, name)?.class === "disk"
        ? usageError("lspv", "", USAGE, 1)
        : failed(
            1,
            `0516-1396 : The physical volume ${name}, was not found in the system database.`,
          );
    }
    const rows = ctx.machine.devices
      .filter((device) => device.class === "disk")
      .map((disk) => {
        const pvid = attributeValue(ctx.machine, disk, "pvid").slice(0, 16);
        const isRoot = disk.name === "hdisk0";
        return `${disk.name.padEnd(16)}${pvid.padEnd(32)}${isRoot ? "rootvg          active" : "None"}\n`;
      });
    return done(rows.join(""));
  },
};
