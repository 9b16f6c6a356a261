import { Type } from "typebox";
import type { VolumeAdapter } from "../distros/volume-adapter.ts";
import { parseSizeBytes } from "../text/size.ts";
import { describeKind } from "../text/describe-kind.ts";
import { knownNameMessage } from "./known-names.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { parseMountDefaults, parseMountList } from "./mount-list.ts";
import { reportProblems } from "./report-problems.ts";

/** File systems to mount, and paging space (compat modules.md, mounts; issue 6). */
export const mounts = defineModule({
  name: "mounts",
  title: "File systems and paging space",
  description: [
    "Each entry of `mounts` is a list: device, mount point, type, options, dump, pass. What is left out",
    "comes from `mount_default_fields`; a mount point of null takes back earlier entries of the device.",
    "",
    "On AIX: a stanza in /etc/filesystems (everything else there stays, comments too), the directory,",
    "and `mount`. The device is a logical volume (`/dev/datalv`), `server:/directory` for NFS, or a",
    "`/dev/cd0`. A stanza or a mount of something else is never replaced. Names of Linux",
    "(`ephemeral0`, `/dev/sdb`, `LABEL=`, `UUID=`) are refused with a hint; `dump` and `pass` have no",
    "meaning. `swap` makes the paging space of a volume group (`volume_group`, else rootvg) at least",
    "`size` large, by `chps`, or `mkps` where there is none; AIX has no swap files, so `filename` is",
    "refused. On Linux: not built yet. Source: IBM's documentation of the filesystems file, chps, mkps.",
  ].join("\n"),
  aix: "stanzas in `/etc/filesystems` and `mount`; `chps` or `mkps` for `swap`",
  linux: "not built yet",
  frequency: "once-per-instance",
  activateByKeys: ["mounts", "swap", "mount_default_fields"],
  itemKeys: ["mounts", "mount_default_fields"],
  schema: Type.Object({
    mounts: Type.Optional(
      Type.Array(Type.Array(Type.Union([Type.String(), Type.Number(), Type.Null()])), {
        description: "File systems to mount: device, mount point, type, options, dump, pass.",
      }),
    ),
    mount_default_fields: Type.Optional(
      Type.Array(Type.Union([Type.String(), Type.Number(), Type.Null()]), {
        description: "What entries of `mounts` get for the fields that they leave out.",
      }),
    ),
    swap: Type.Optional(
      Type.Object(
        {
          size: Type.Optional(
            Type.Union([Type.String(), Type.Number()], { description: "At least so much: `4G`." }),
          ),
          volume_group: Type.Optional(
            Type.String({ description: "AIX: where paging space grows. Default rootvg. Ours." }),
          ),
          filename: Type.Optional(
            Type.String({ description: "Linux: the swap file. Refused on AIX." }),
          ),
          maxsize: Type.Optional(
            Type.Union([Type.String(), Type.Number()], {
              description: "Linux: at most so much where `size` is `auto`.",
            }),
          ),
        },
        { description: "Swap, on AIX paging space." },
      ),
    ),
  }),
  examples: [
    [
      "#cloud-config",
      "mounts:",
      "  - [/dev/datalv, /data, jfs2, rw]",
      "  - ['192.0.2.10:/export', /import, nfs, 'bg,hard,intr']",
      "swap:",
      "  size: 4G",
      "  volume_group: rootvg",
      "",
    ].join("\n"),
  ],
  async run(ctx, config) {
    const { volumes } = ctx.distro;
    if (volumes === undefined) {
      ctx.log.info(knownNameMessage(ctx.entryName, { kind: "later" }));
      return;
    }
    const written = ctx.cloudConfig["mounts"];
    if (written !== undefined) {
      const defaults = parseMountDefaults(ctx.cloudConfig["mount_default_fields"]);
      const { entries, problems } = parseMountList(written, defaults);
      reportProblems(ctx, problems);
      reportProblems(ctx, await volumes.ensureMounts(entries));
    }
    if (config.swap !== undefined) {
      await ensureSwap(ctx, volumes, config.swap);
    }
  },
});

async function ensureSwap(
  ctx: ModuleContext,
  volumes: VolumeAdapter,
  swap: { readonly size?: unknown; readonly filename?: string; readonly volume_group?: string },
): Promise<void> {
  const sizeBytes = parseSizeBytes(swap.size);
  if (sizeBytes === undefined || sizeBytes === 0) {
    const got = typeof swap.size === "string" ? JSON.stringify(swap.size) : describeKind(swap.size);
    ctx.fail({
      message: `Cannot make swap: expected a size like "4G", got ${got}`,
      path: ["swap", "size"],
    });
    return;
  }
  const problems = await volumes.ensureSwap({
    sizeBytes,
    ...(swap.filename === undefined ? {} : { filename: swap.filename }),
    ...(swap.volume_group === undefined ? {} : { volumeGroup: swap.volume_group }),
  });
  reportProblems(ctx, problems);
}
