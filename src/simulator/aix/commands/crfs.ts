import { done, failed, type SimulatedCommand } from "../command.ts";
import { parseFlags, usageError } from "../flags.ts";
import { addStanza, readStanzas } from "../file-system-stanzas.ts";
import { parseSize } from "../file-system-size.ts";
import {
  allocate,
  BLOCKS_PER_MB,
  createLogicalVolume,
  findVolume,
  isOpen,
  openGroup,
  unknownVolume,
} from "../lvm.ts";

const USAGE =
  "crfs -v Vfs {-g VolumeGroup | -d Device} -m MountPoint [-u MountGroup] [-A {yes | no}] [-p {ro | rw}] [-t {yes | no}] -a Attribute=Value...";
/** What crfs ends with where the volume has a file system. */
const EXIT_HAS_FILE_SYSTEM = 10;

/** Makes a jfs2 file system, with a volume for it (-g) or in one (-d): directory and stanza, not mounted. The messages are [U]. */
export const crfs: SimulatedCommand = {
  path: "/usr/sbin/crfs",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "v:g:d:m:u:A:p:t:a:");
    if (typeof flags === "string") {
      return usageError("crfs", flags, USAGE, 1);
    }
    const attributes = new Map(
      flags.values("a").map((pair) => [pair.replace(/=.*$/su, ""), pair.replace(/^[^=]*=/su, "")]),
    );
    const size = parseSize(attributes.get("size") ?? "");
    const mountPoint = flags.value("m") ?? "";
    const groupName = flags.value("g");
    const device = flags.value("d")?.replace("/dev/", "");
    if (
      flags.value("v") !== "jfs2" ||
      (groupName === undefined) === (device === undefined) ||
      flags.operands.length > 0
    ) {
      return usageError("crfs", "", USAGE, 1);
    }
    if (!/^\/[^\s:]+$/u.test(mountPoint)) {
      return failed(1, `crfs: 0506-909 Invalid mount point ${mountPoint}.`);
    }
    if (readStanzas(ctx.fs).some((stanza) => stanza.mountPoint === mountPoint)) {
      return failed(1, `crfs: 0506-909 ${mountPoint} file system already exists.`);
    }
    const { machine } = ctx;
    const kind = ctx.fs.stat(mountPoint)?.kind;
    if (kind !== undefined && kind !== "directory") {
      return failed(1, `crfs: 0506-908 The mount point ${mountPoint} is not a directory.`);
    }
    const existing = device === undefined ? undefined : findVolume(machine, device);
    if (device !== undefined && existing === undefined) {
      return unknownVolume("crfs", device);
    }
    const opened = openGroup(ctx, "crfs", existing?.group.name ?? groupName ?? "");
    if ("refusal" in opened) {
      return opened.refusal;
    }
    const { group } = opened;
    if (existing?.volume.fileSystem !== undefined) {
      return failed(
        EXIT_HAS_FILE_SYSTEM,
        `crfs: The logical volume ${existing.volume.name} already has a file system.`,
      );
    }
    if (
      existing !== undefined &&
      (isOpen(machine, existing.volume) ||
        ["paging", "boot", "jfs2log"].includes(existing.volume.type))
    ) {
      return failed(1, `crfs: 0506-920 The logical volume ${existing.volume.name} is in use.`);
    }
    let volume = existing?.volume;
    if (volume === undefined) {
      if (size === undefined || size.sign !== "" || size.blocks === 0) {
        return failed(1, "crfs: 0506-954 The size attribute is required and must be positive.");
      }
      const lps = Math.ceil(size.blocks / (group.ppMb * BLOCKS_PER_MB));
      const number = Array.from({ length: 100 }, (_each, index) =>
        String(index).padStart(2, "0"),
      ).find((each) => findVolume(machine, `fslv${each}`) === undefined);
      volume = createLogicalVolume(`fslv${number ?? "99"}`, "jfs2");
      volume.maxLps = Math.max(volume.maxLps, lps);
      if (!allocate(machine.storage, group, volume, lps)) {
        return failed(
          1,
          "0516-404 allocp: This system cannot fulfill the allocation request.\n        There are not enough free partitions or not enough physical volumes\n        to keep strictness and satisfy allocation requests.\n0516-822 mklv: Unable to create logical volume.\ncrfs: 0506-973 Cannot create a logical volume.",
        );
      }
      group.volumes.push(volume);
    }
    const blocks = volume.lps * group.ppMb * BLOCKS_PER_MB;
    const log = attributes.get("logname") ?? "INLINE";
    volume.fileSystem = { mountPoint, blocks, log };
    ctx.fs.makeDirectory(mountPoint);
    const type = flags.value("u");
    addStanza(ctx.fs, mountPoint, {
      dev: `/dev/${volume.name}`,
      vfs: "jfs2",
      log,
      mount: flags.value("A") === "yes" ? "true" : "false",
      ...(type === undefined ? {} : { type }),
      options: flags.value("p") ?? "rw",
      account: flags.value("t") === "yes" ? "true" : "false",
    });
    return done(
      `File system created successfully.\n${blocks / 2 - 1_024} kilobytes total disk space.\nNew File System size is ${blocks}\n`,
    );
  },
};
