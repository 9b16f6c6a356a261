import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { findVolume, openGroup, unknownVolume } from "../lvm.ts";

/** -x raises the most partitions that a volume may have; -t changes its type. */
export const chlv: SimulatedCommand = {
  path: "/usr/sbin/chlv",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "t:x:");
    const most = typeof flags === "string" ? Number.NaN : Number(flags.value("x") ?? "512");
    if (
      typeof flags === "string" ||
      flags.operands.length !== 1 ||
      flags.order.length === 0 ||
      !Number.isInteger(most)
    ) {
      return usageError(
        "chlv",
        typeof flags === "string" ? flags : "",
        "chlv [-t Type] [-x Maximum] LogicalVolume",
        1,
      );
    }
    const [name = ""] = flags.operands;
    const found = findVolume(ctx.machine, name);
    if (found === undefined) {
      return unknownVolume("chlv", name);
    }
    const opened = openGroup(ctx, "chlv", found.group.name);
    if ("refusal" in opened) {
      return opened.refusal;
    }
    if (flags.has("x") && (most < found.volume.lps || most > 32_512)) {
      return failed(1, `0516-704 chlv: Unable to change logical volume ${name}.`);
    }
    found.volume.maxLps = flags.has("x") ? most : found.volume.maxLps;
    found.volume.type = flags.value("t") ?? found.volume.type;
    return done();
  },
};
