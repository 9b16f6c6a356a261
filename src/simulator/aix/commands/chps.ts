import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { allocate, cannotAllocate, findVolume, openGroup, overMaximum, release } from "../lvm.ts";

/** -s adds logical partitions to paging space, -d takes some away, -a says whether it is used at boot. */
export const chps: SimulatedCommand = {
  path: "/usr/sbin/chps",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "s:d:a:");
    const lps =
      typeof flags === "string" ? Number.NaN : Number(flags.value("s") ?? flags.value("d") ?? "1");
    if (
      typeof flags === "string" ||
      flags.operands.length !== 1 ||
      flags.order.length === 0 ||
      (flags.has("s") && flags.has("d")) ||
      !(lps >= 1 && Number.isInteger(lps))
    ) {
      return usageError(
        "chps",
        typeof flags === "string" ? flags : "",
        "chps [-s LogicalPartitions | -d LogicalPartitions] [-a {y | n}] PagingSpace",
        1,
      );
    }
    const [name = ""] = flags.operands;
    const found = findVolume(ctx.machine, name);
    const space = ctx.machine.storage.pagingSpaces.find(({ volume }) => volume === name);
    if (found === undefined || space === undefined) {
      return failed(1, `chps: 0517-058 Paging space ${name} was not found.`);
    }
    const { group, volume } = found;
    const opened = openGroup(ctx, "chps", group.name);
    if ("refusal" in opened) {
      return opened.refusal;
    }
    if (flags.has("s")) {
      if (volume.lps + lps > volume.maxLps) {
        return overMaximum("extendlv", volume);
      }
      if (!allocate(ctx.machine.storage, group, volume, lps)) {
        return cannotAllocate();
      }
    } else if (flags.has("d")) {
      if (lps >= volume.lps) {
        return failed(1, `chps: 0517-065 Cannot shrink paging space ${name} by ${lps} partitions.`);
      }
      release(volume, lps);
    }
    space.isAuto = flags.has("a") ? flags.value("a") === "y" : space.isAuto;
    return done();
  },
};
