import { Type } from "typebox";
import { isFalse, isTrue } from "../text/boolean-option.ts";
import { GROWTH_FILE } from "./growth-file.ts";
import { parseGrowfs } from "./growfs-list.ts";
import { defineModule } from "./module.ts";
import { reportProblems } from "./report-problems.ts";

/** File systems that take more room (compat modules.md, resizefs; issue 6). */
export const resizefs = defineModule({
  name: "resizefs",
  title: "File systems grow",
  description: [
    "On AIX: `growfs` names jfs2 file systems and what they shall have. `4G` is at least so much, asked",
    "at each boot; `+2G` is added once for an instance; `50%FREE` is a share of what the volume group",
    "has left, taken once, and again when the group has grown since. Sizes and additions come first, in",
    "their order, then the shares, each of what was free before the first share. `chfs -a size=`, after",
    "`chlv -x` where the logical volume may not have so many partitions; sizes are rounded up to whole",
    "partitions. What does not fit is refused as a whole, with the numbers; nothing is made smaller. Only what is named",
    "grows, `/` too: AIX keeps its system in several file systems, and which gets the room is not to be",
    "guessed. `resize_rootfs: false` turns all of it off.",
    "",
    "On Linux: the root file system takes the whole of its device with `resize2fs`, `xfs_growfs` or",
    "`btrfs filesystem resize max /`; with `noblock` after the stage has ended. Read-only roots, those of",
    "containers, and missing tools are said and no failure. `growfs` has no meaning there.",
    "Source: upstream's module; IBM's chfs and chlv pages.",
  ].join("\n"),
  aix: "`chfs -a size=` for the file systems in `growfs`, `chlv -x` where that stops it",
  linux: "`resize2fs`, `xfs_growfs` or `btrfs filesystem resize max` for `/`",
  frequency: "always",
  itemKeys: ["growfs"],
  schema: Type.Object({
    resize_rootfs: Type.Optional(
      Type.Union([Type.Boolean(), Type.String()], {
        description:
          "`true` (default), `false`, or `noblock`: the boot does not wait for it (Linux).",
      }),
    ),
    resize_rootfs_tmp: Type.Optional(
      Type.String({ description: "Where upstream makes a device node; has no effect here." }),
    ),
    growfs: Type.Optional(
      Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]), {
        description:
          "AIX, ours: by mount point at least so much (`4G`), so much more (`+2G`), or a share of what is free (`100%FREE`).",
      }),
    ),
  }),
  examples: [
    "#cloud-config\nresize_rootfs: noblock\n",
    "#cloud-config\ngrowfs:\n  /: 50%FREE\n  /opt: +2G\n  /home: 4G\n",
  ],
  async run(ctx, config) {
    const { growth } = ctx.distro;
    const written = config.resize_rootfs;
    if (growth === undefined || isFalse(written)) {
      ctx.log.debug("No file system is grown: resize_rootfs is false");
      return;
    }
    const inBackground = typeof written === "string" && written.trim().toLowerCase() === "noblock";
    if (written !== undefined && !inBackground && !isTrue(written)) {
      ctx.log.warn(
        `Expected true, false or noblock for resize_rootfs, got ${JSON.stringify(written)}: it counts as true`,
      );
    }
    const { wishes, problems } = parseGrowfs(ctx.cloudConfig["growfs"]);
    reportProblems(ctx, problems);
    const found = await growth.growFileSystems({
      inBackground,
      isRootNamed: written !== undefined,
      wishes,
      memoryFile: `${ctx.paths.instance(ctx.instance.id).dir}/${GROWTH_FILE}`,
    });
    reportProblems(ctx, found);
  },
});
