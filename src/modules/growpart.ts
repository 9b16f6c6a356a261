import { Type } from "typebox";
import type { DiskGrowth, NamedDevice } from "../distros/growth-adapter.ts";
import { originalIndexOf } from "../schema/parse-config.ts";
import { SINGLE } from "../schema/schema-node.ts";
import { isFalse, isTrue } from "../text/boolean-option.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { GROWTH_FILE } from "./growth-file.ts";
import { reportProblems } from "./report-problems.ts";

/** Room that disks have gained (compat modules.md, growpart; issue 6). */
export const growpart = defineModule({
  name: "growpart",
  title: "Disks that have grown",
  description: [
    "A disk can be larger than it was in the image, or than at the last boot. Each boot asks whether",
    "one is, and changes nothing where none is.",
    "",
    "On AIX: `lspv`, and the size of each disk (`bootinfo -s`). For a volume group with a disk that has",
    "grown `chvg -g VG`, after `chvg -t FACTOR VG` where the group counts too few partitions of a disk",
    "and keeps room for the disks it has. `devices` names volume groups, or disks of theirs; `/` is",
    "rootvg; without it all that are varied on are looked at. A group that is locked is tried again for",
    "half a minute, and at the next boot; the lock is never taken away. Names of Linux partitions are",
    "refused. On Linux: `growpart --dry-run`, then `growpart DISK PARTITION`, for the partitions behind",
    "`devices` (default `/`). Logical volumes are left alone. Where growpart is missing, `mode: auto`",
    "says so and goes on. Source: upstream's module; IBM's chvg page.",
  ].join("\n"),
  aix: "`chvg -g` for volume groups whose disks have grown (default: all that are varied on)",
  linux: "`growpart` for the partition of `/`, or for `devices`",
  frequency: "always",
  schema: Type.Object({
    growpart: Type.Optional(
      Type.Object(
        {
          mode: Type.Optional(
            Type.Union([Type.Boolean(), Type.String()], {
              description:
                "`auto` (default), `off`; Linux: `growpart`, with which a missing tool is a failure.",
            }),
          ),
          devices: Type.Optional(
            Type.Array(Type.String(), {
              [SINGLE]: true,
              description:
                "Linux: mount points and partitions, default `/`. AIX: volume groups and disks, `/` for rootvg; default all groups.",
            }),
          ),
          ignore_growroot_disabled: Type.Optional(
            Type.Boolean({
              description: "Linux: grow even if `/etc/growroot-disabled` is there. Default false.",
            }),
          ),
        },
        { description: "Disks that have grown." },
      ),
    ),
  }),
  examples: [
    "#cloud-config\ngrowpart:\n  mode: auto\n  devices: ['/']\n  ignore_growroot_disabled: false\n",
    "#cloud-config\ngrowpart:\n  devices: [rootvg, datavg]\n",
    "#cloud-config\ngrowpart:\n  mode: 'off'\n",
  ],
  async run(ctx, config) {
    const { growth } = ctx.distro;
    const settings = config.growpart ?? {};
    const mode = readMode(ctx, settings.mode);
    if (growth === undefined || mode === "off") {
      ctx.log.debug("No disk is looked at: growpart is off");
      return;
    }
    const list = settings.devices;
    const devices = list?.map((name, position): NamedDevice => ({
      name,
      path: ["growpart", "devices", originalIndexOf(list, position)],
    }));
    const request: DiskGrowth = {
      mode,
      ...(devices === undefined ? {} : { devices }),
      ignoresGrowrootDisabled: settings.ignore_growroot_disabled === true,
      memoryFile: `${ctx.paths.instance(ctx.instance.id).dir}/${GROWTH_FILE}`,
    };
    reportProblems(ctx, await growth.growDisks(request));
  },
});

function readMode(ctx: ModuleContext, value: unknown): DiskGrowth["mode"] | "off" {
  const word = typeof value === "string" ? value.trim().toLowerCase() : value;
  if (word === undefined || word === "auto" || isTrue(word)) {
    return "auto";
  }
  if (isFalse(word)) {
    return "off";
  }
  if (word === "growpart" || word === "gpart") {
    if (ctx.distro.family !== "aix") {
      return word;
    }
    ctx.log.info(`growpart mode "${word}" names a tool that AIX does not have: chvg is used`);
    return "auto";
  }
  ctx.fail({
    message: `Cannot use growpart mode ${JSON.stringify(word)}: expected auto, growpart, gpart or off. No disk is looked at`,
    path: ["growpart", "mode"],
  });
  return "off";
}
