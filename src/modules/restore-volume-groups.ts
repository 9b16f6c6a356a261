import { Type } from "typebox";
import { defineModule } from "./module.ts";
import { reportProblems } from "./report-problems.ts";

/** Imports the volume groups of the captured machine (compat modules.md, restore_volume_groups). */
export const restoreVolumeGroups = defineModule({
  name: "restore_volume_groups",
  title: "Volume groups of the captured machine",
  description: [
    "A machine that was deployed from an image knows nothing of the volume groups on its data disks.",
    "`/opt/freeware/etc/cloud/pvid_to_vg_mappings`, written before the capture, has a line `VG PVID` for",
    "each of those disks. Only AIX has this.",
    "",
    "Each line is judged on its own. A disk is found by its PVID with `lspv`, after one `cfgmgr` where",
    "one is missing. A volume group that is not there is imported once, with `importvg -y VG hdiskN`,",
    "and varied on; one that is there is left alone, on or off. Then `mount all` mounts what",
    "`/etc/filesystems` wants mounted. The lines of volume groups that are on leave the file, and the",
    "file goes with the last of them. Without the file there is nothing to do.",
    "Source: IBM's port of cloud-init for AIX.",
  ].join("\n"),
  aix: "`importvg -y VG hdiskN` for each volume group of `pvid_to_vg_mappings` that is not there, then `mount all`",
  linux: "nothing: it runs on AIX only",
  frequency: "once-per-instance",
  distros: ["aix"],
  schema: Type.Object({}),
  examples: [],
  async run(ctx) {
    reportProblems(ctx, (await ctx.distro.power?.ensureVolumeGroups?.()) ?? []);
  },
});
