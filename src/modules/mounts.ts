import { Type } from "typebox";
import type { SwapRequest, VolumeAdapter } from "../distros/volume-adapter.ts";
import { parseSizeBytes } from "../text/size.ts";
import { describeKind } from "../text/describe-kind.ts";
import { readDeviceNames } from "./device-names.ts";
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
    "refused.",
    "",
    "On Linux: a line in /etc/fstab, marked `comment=cloudconfig`; lines so marked before are replaced,",
    "all others stay byte for byte, and a device or mount point that one of them has is left to it. The",
    "device is `/dev/NAME`, `NAME`, `sdb.1` for a partition, `LABEL=`, `UUID=`, `server:/directory`, a",
    "file system without a device (`tmpfs`), or a name of the cloud (`ephemeral0`, `swap`), which is",
    "skipped where the machine has none; `ephemeral0` is mounted on /mnt by default. Then `swapon -a`,",
    "`mount -a` and `systemctl daemon-reload`, only where something has changed or is not mounted.",
    "`swap` makes the file `filename` (else /swap.img), mode 0600, by `fallocate` (`dd` where that does",
    "not do) and `mkswap`; a swap file that is there stays as it is, any other file is never touched.",
    "",
    "`size: auto` on both: twice the memory up to 1 GB, 2 GB up to 2 GB, the memory up to 4 GB, 4 GB up",
    "to 16 GB, half of it beyond; at most `maxsize` and 90 % of what is free, or without it a quarter of",
    "what is free and 8 GB. `size: 0` makes none. Source: cloud-init's documentation of its mounts",
    "module, fstab(5), IBM's documentation of the filesystems file, chps, mkps.",
  ].join("\n"),
  aix: "stanzas in `/etc/filesystems` and `mount`; `chps` or `mkps` for `swap`",
  linux:
    "lines in `/etc/fstab` marked `comment=cloudconfig`, `mount -a`; a swap file by `fallocate`, `mkswap`, `swapon` for `swap`",
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
            Type.Union([Type.String(), Type.Number()], {
              description: "At least so much: `4G`; `auto`: by the memory; `0`: none.",
            }),
          ),
          volume_group: Type.Optional(
            Type.String({ description: "AIX: where paging space grows. Default rootvg. Ours." }),
          ),
          filename: Type.Optional(
            Type.String({
              description: "Linux: the swap file. Default /swap.img. Refused on AIX.",
            }),
          ),
          maxsize: Type.Optional(
            Type.Union([Type.String(), Type.Number()], {
              description: "At most so much where `size` is `auto`.",
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
    [
      "#cloud-config",
      "# Linux",
      "mounts:",
      "  - [vdb, /data, ext4, 'defaults,nofail']",
      "  - [LABEL=logs, /var/log/app]",
      "  - [ephemeral0, null]",
      "swap:",
      "  filename: /swap.img",
      "  size: auto",
      "  maxsize: 2G",
      "",
    ].join("\n"),
  ],
  async run(ctx, config) {
    const { volumes } = ctx.distro;
    if (volumes === undefined) {
      ctx.log.info(
        `Skipping module named ${ctx.entryName}, nothing is known of the file systems of ${ctx.distro.name}`,
      );
      return;
    }
    const defaults = readDefaults(ctx, volumes);
    const written = ctx.cloudConfig["mounts"];
    const list = written === undefined ? undefined : parseMountList(written, defaults);
    reportProblems(ctx, list?.problems ?? []);
    const swap = config.swap === undefined ? undefined : parseSwap(ctx, config.swap);
    const names = readDeviceNames(ctx.instance.rawMetadata, ctx.cloudConfig["device_aliases"]);
    const problems = await volumes.ensure({
      ...(list === undefined ? {} : { mounts: list.entries, removedDevices: list.removed }),
      ...(swap === undefined ? {} : { swap }),
      ...(defaults[3] === undefined ? {} : { defaultOptions: defaults[3] }),
      deviceNames: names,
    });
    reportProblems(ctx, problems);
  },
});

/** What is no list is told, and the system's own defaults are used; so is a field that is no text. */
function readDefaults(ctx: ModuleContext, volumes: VolumeAdapter): readonly (string | undefined)[] {
  const key = "mount_default_fields";
  const own = volumes.mountDefaults?.() ?? [];
  const written = ctx.cloudConfig[key] ?? undefined;
  if (written === undefined) {
    return own;
  }
  if (!Array.isArray(written)) {
    const message = `Cannot use ${key}: expected a list, got ${describeKind(written)}`;
    ctx.fail({ message, path: [key] });
    return own;
  }
  const fields = parseMountDefaults(written);
  const bad = written.findIndex((field, at) => field !== null && fields[at] === undefined);
  if (bad !== -1) {
    const message = `Cannot use field ${bad} of ${key}: expected text without line ends, got ${describeKind(written[bad])} that is not`;
    ctx.fail({ message, path: [key, bad] });
  }
  return fields.map((field, at) => (written[at] === null ? undefined : (field ?? own[at])));
}

/** Undefined where there is to be none, or nothing that can be made. */
function parseSwap(
  ctx: ModuleContext,
  swap: {
    readonly size?: unknown;
    readonly maxsize?: unknown;
    readonly filename?: string;
    readonly volume_group?: string;
  },
): SwapRequest | undefined {
  const isAuto = typeof swap.size === "string" && /^\s*auto\s*$/iu.test(swap.size);
  const sizeBytes = isAuto ? "auto" : parseSizeBytes(swap.size);
  if (sizeBytes === undefined) {
    ctx.fail({
      message: `Cannot make swap: expected a size like "4G" or "auto", got ${describeSize(swap.size)}`,
      path: ["swap", "size"],
    });
    return undefined;
  }
  const maxBytes = parseSizeBytes(swap.maxsize);
  if (swap.maxsize !== undefined && (maxBytes === undefined || maxBytes === 0)) {
    ctx.fail({
      message: `Cannot make swap: expected a size like "4G" as its greatest, got ${describeSize(swap.maxsize)}`,
      path: ["swap", "maxsize"],
    });
    return undefined;
  }
  if (sizeBytes === 0) {
    ctx.log.debug("Swap of size 0: none is made");
    return undefined;
  }
  return {
    sizeBytes,
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(swap.filename === undefined ? {} : { filename: swap.filename }),
    ...(swap.volume_group === undefined ? {} : { volumeGroup: swap.volume_group }),
  };
}

function describeSize(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : describeKind(value);
}
