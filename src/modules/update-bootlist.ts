import { Type } from "typebox";
import { defineModule } from "./module.ts";
import { reportProblems } from "./report-problems.ts";

/** Puts the disk of this boot into the firmware's boot list (compat modules.md, update_bootlist). */
export const updateBootlist = defineModule({
  name: "update_bootlist",
  title: "The firmware's boot list",
  description: [
    "Makes the firmware start from the disk that this boot came from, so that no optical drive comes",
    "first. Nothing is done where the list is so already.",
    "",
    "On AIX: it is the disk of rootvg, of several the one that `bootinfo -b` names; `bootlist -m normal`",
    "sets it, and other disks of rootvg that are in the list stay behind it. On Linux, only on partitions of PowerVM with powerpc-utils:",
    "`ofpathname -l` turns the firmware's boot path into a disk, `bootlist -m both` sets it.",
    "Source: IBM's port of cloud-init for AIX; powerpc-utils.",
  ].join("\n"),
  aix: "`bootlist -m normal` with the disk of rootvg, of several that of `bootinfo -b`",
  linux: "`bootlist -m both` on partitions of PowerVM, nothing elsewhere",
  frequency: "once-per-instance",
  schema: Type.Object({}),
  examples: [],
  async run(ctx) {
    reportProblems(ctx, (await ctx.distro.power?.ensureBootList()) ?? []);
  },
});
