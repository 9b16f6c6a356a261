import { Type } from "typebox";
import { defineModule } from "./module.ts";
import { reportProblems } from "./report-problems.ts";

/** A new RSCT node id for a deployed machine (compat modules.md, reset_rmc). */
export const resetRmc = defineModule({
  name: "reset_rmc",
  title: "RMC, the link to the management console",
  description: [
    "The management console knows a machine by its RSCT node id, which an image carries along:",
    "`rmcctrl -z` stops RMC where it runs, `recfgct` gives a new id and starts it. Both are looked for under",
    "`/usr/sbin/rsct` and `/opt/rsct`; nothing is done where they are not. The module fails if the id",
    "in `/etc/ct_node_id` is the old one afterwards, and does nothing but fail while the machine is in",
    "an online peer domain (`lsrpdomain`).",
    "",
    "On AIX: RMC runs at the end; the last line of /etc/inittab then finds it active. On Linux, only on",
    "partitions of PowerVM: RSCT's srcmstr is ended in between.",
    "Source: IBM's port of cloud-init for AIX; RSCT command reference.",
  ].join("\n"),
  aix: "`rmcctrl -z`, then `recfgct`, where RSCT is installed",
  linux: "the same on partitions of PowerVM, nothing elsewhere",
  frequency: "once-per-instance",
  schema: Type.Object({}),
  examples: [],
  async run(ctx) {
    reportProblems(ctx, (await ctx.distro.power?.resetRmc()) ?? []);
  },
});
