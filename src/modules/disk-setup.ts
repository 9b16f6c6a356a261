import { Type } from "typebox";
import type { Problem } from "../text/problem.ts";
import { readDeviceNames } from "./device-names.ts";
import { parseDeviceAliases, parseDiskSetup, parseFileSystemSetup } from "./disk-list.ts";
import { defineModule, type ModuleContext } from "./module.ts";
import { parseMountDefaults, parseMountList } from "./mount-list.ts";
import { reportProblems } from "./report-problems.ts";

/** Disks and file systems on them (compat modules.md, disk_setup; issue 6). */
export const diskSetup = defineModule({
  name: "disk_setup",
  title: "Disks and file systems",
  description: [
    "`disk_setup` prepares whole disks, `fs_setup` makes file systems. What is there already stays: a",
    "disk that belongs to another volume group, that holds any data, or that is in use is left alone.",
    "`overwrite: true` gives up what is on a disk; a disk of rootvg or of any volume group that the",
    "system knows, and anything that is mounted, stays even then.",
    "",
    "On AIX: `volume_group` of a disk (`hdisk1`, or its PVID) makes the volume group with mkvg, or adds",
    "the disk to one that is there with extendvg. A disk counts as empty where it has no PVID and its",
    "first megabyte holds nothing. An entry of `fs_setup` makes the logical volume (mklv) and a jfs2 file",
    "system in it (crfs), and mounts it: at `mount_point`, or where the entry of `mounts` for the same",
    "device says. What mklv made and crfs could not use is removed again. While another command has the",
    "lock of the volume group it is tried again, for two minutes. A share of what is free is not made in",
    "a volume group that did not get all of its disks.",
    "",
    "On Linux: `table_type` and `layout` with sfdisk; mkfs for file systems, on the device itself, on",
    "the numbered `partition`, or on one that is found (`auto`, `any`), never one that firmware boots",
    "from. A partition table of another system, one whose partitions the kernel does not show, and one",
    "inside of a partition (the disk of a virtual machine) count as data. Source: cloud-init's",
    "documentation of its module disk_setup; IBM's of mkvg, extendvg, mklv, crfs.",
  ].join("\n"),
  aix: "`mkvg` or `extendvg` for `disk_setup`; `mklv`, `crfs` and `mount` for `fs_setup`",
  linux: "`sfdisk` for `disk_setup`; `mkfs` for `fs_setup`",
  frequency: "once-per-instance",
  activateByKeys: ["disk_setup", "fs_setup"],
  itemKeys: ["disk_setup", "fs_setup", "device_aliases"],
  schema: Type.Object({
    disk_setup: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Object({
          table_type: Type.Optional(
            Type.String({ description: "Linux: `mbr` (default) or `gpt`." }),
          ),
          layout: Type.Optional(
            Type.Union(
              [
                Type.Boolean(),
                Type.Literal("remove"),
                Type.Array(
                  Type.Union([
                    Type.Number(),
                    Type.Array(Type.Union([Type.Number(), Type.String()])),
                  ]),
                ),
              ],
              {
                description:
                  "Linux: true for one partition, a list of percentages (or pairs of percentage and type), `remove` for none.",
              },
            ),
          ),
          overwrite: Type.Optional(
            Type.Boolean({
              description:
                "Gives up what is on the disk; on AIX needed for any disk with a PVID. Default false.",
            }),
          ),
          volume_group: Type.Optional(
            Type.String({
              description: "AIX: the volume group that the disk becomes part of. Ours.",
            }),
          ),
          pp_size: Type.Optional(
            Type.Union([Type.String(), Type.Number()], {
              description: "AIX: size of a physical partition, like `64M`. Ours.",
            }),
          ),
          type: Type.Optional(
            Type.String({ description: "AIX: `scalable` (default), `big` or `normal`. Ours." }),
          ),
        }),
        { description: "Settings by disk: `hdisk1`, `/dev/sdb`." },
      ),
    ),
    fs_setup: Type.Optional(
      Type.Array(
        Type.Object({
          label: Type.Optional(Type.String({ description: "Linux: label of the file system." })),
          filesystem: Type.Optional(Type.String({ description: "`ext4`, `xfs`; `jfs2` on AIX." })),
          device: Type.String({ description: "`/dev/sdb`; on AIX a logical volume, `datalv`." }),
          partition: Type.Optional(
            Type.Union([Type.String(), Type.Number()], {
              description: "Linux: `auto`, `any`, `none` or a number.",
            }),
          ),
          overwrite: Type.Optional(
            Type.Boolean({ description: "Gives up what is there. Default false." }),
          ),
          replace_fs: Type.Optional(
            Type.Union([Type.String(), Type.Boolean()], {
              description:
                "Linux, with partition `auto` or `any`: gives up a file system of this type.",
            }),
          ),
          cmd: Type.Optional(
            Type.Union([Type.String(), Type.Array(Type.String())], {
              description: "Linux: a command in place of mkfs.",
            }),
          ),
          extra_opts: Type.Optional(
            Type.Union([Type.String(), Type.Array(Type.String())], {
              description: "Linux: more options of mkfs.",
            }),
          ),
          volume_group: Type.Optional(
            Type.String({
              description:
                "AIX: default is the volume group of `disk_setup`, where it is one. Ours.",
            }),
          ),
          size: Type.Optional(
            Type.Union([Type.String(), Type.Number()], {
              description: "AIX: `10G`, or `50%FREE` of the volume group. Ours.",
            }),
          ),
          mount_point: Type.Optional(Type.String({ description: "AIX: a directory. Ours." })),
          options: Type.Optional(
            Type.Union([Type.String(), Type.Array(Type.String())], {
              description: "AIX: of the mount. Ours.",
            }),
          ),
        }),
        { description: "File systems to make." },
      ),
    ),
    device_aliases: Type.Optional(
      Type.Record(Type.String(), Type.String(), {
        description: "Names for devices, to use in `disk_setup` and `fs_setup`.",
      }),
    ),
  }),
  examples: [
    [
      "#cloud-config",
      "disk_setup:",
      "  hdisk1: {volume_group: datavg, pp_size: 64M}",
      "  hdisk2: {volume_group: datavg}",
      "fs_setup:",
      "  - {device: /dev/datalv, size: 10G, filesystem: jfs2, mount_point: /data}",
      "  - {device: /dev/loglv, size: 100%FREE, filesystem: jfs2}",
      "mounts:",
      "  - [/dev/loglv, /logs, jfs2, rw]",
      "",
    ].join("\n"),
    [
      "#cloud-config",
      "device_aliases: {data: /dev/sdb}",
      "disk_setup:",
      "  data: {table_type: gpt, layout: [75, [25, 82]]}",
      "fs_setup:",
      "  - {label: data, filesystem: ext4, device: data.1}",
      "  - {label: swap, filesystem: swap, device: data.2}",
      "",
    ].join("\n"),
  ],
  async run(ctx) {
    const { disks } = ctx.distro;
    if (disks === undefined) {
      ctx.log.info(`Skipping module named ${ctx.entryName}: nothing is known of disks here`);
      return;
    }
    const { cloudConfig } = ctx;
    const named = parseDeviceAliases(cloudConfig["device_aliases"]);
    const aliases = new Map([...cloudDevices(ctx), ...named.aliases]);
    const problems: Problem[] = [...named.problems];
    const wantedDisks = parsed(cloudConfig["disk_setup"], (value) =>
      parseDiskSetup(value, aliases),
    );
    const wantedFiles = parsed(cloudConfig["fs_setup"], (value) =>
      parseFileSystemSetup(value, aliases),
    );
    problems.push(...wantedDisks.problems, ...wantedFiles.problems);
    reportProblems(ctx, problems);
    if (wantedDisks.items.length + wantedFiles.items.length === 0) {
      return;
    }
    // What is wrong with entries of `mounts` says the module of that name.
    const defaults = parseMountDefaults(cloudConfig["mount_default_fields"]);
    const { entries } = parseMountList(cloudConfig["mounts"] ?? [], defaults);
    const found = await disks.ensureDisks({
      disks: wantedDisks.items,
      fileSystems: wantedFiles.items,
      mounts: entries,
    });
    reportProblems(ctx, found);
  },
});

function parsed<T>(
  value: unknown,
  parse: (value: unknown) => {
    readonly items: readonly T[];
    readonly problems: readonly Problem[];
  },
): { readonly items: readonly T[]; readonly problems: readonly Problem[] } {
  return value === undefined || value === null ? { items: [], problems: [] } : parse(value);
}

/** Names that the cloud gives: `ephemeral0`. */
function cloudDevices(ctx: ModuleContext): readonly (readonly [string, string])[] {
  const names = readDeviceNames(ctx.instance.rawMetadata, undefined);
  return [...names].map(([name, device]) => [name, findMapped(ctx, device)] as const);
}

/** Clouds call "sdb" what a driver calls "vdb" or "xvdb". */
function findMapped(ctx: ModuleContext, device: string): string {
  const short = device.replace(/^\/dev\//u, "");
  const [, prefix = "", rest = ""] = /^(x?[sv]d)([a-z]+)$/u.exec(short) ?? [];
  const others = prefix === "" ? [] : ["vd", "xvd", "sd"].map((each) => `${each}${rest}`);
  const found = [short, ...others].find((name) => ctx.sys.fs.stat(`/dev/${name}`) !== undefined);
  return `/dev/${found ?? short}`;
}
