import { type BlockDevice, openDevice, SECTOR_BYTES } from "../block-devices.ts";
import { done, failed, type LinuxCommand, type LinuxCommandContext } from "../command.ts";
import { rereadTable, updateKernel } from "../partition-table.ts";

/** partprobe(8): partitions in use stay as the kernel has them. */
export const partprobe: LinuxCommand = {
  path: "/usr/sbin/partprobe",
  isChange: (args) => !args.includes("-d"),
  run(ctx, args) {
    const paths = args.filter((arg) => !arg.startsWith("-"));
    const messages: string[] = [];
    for (const path of paths.length === 0
      ? ctx.storage.disks.map(({ name }) => `/dev/${name}`)
      : paths) {
      const device = openDevice(ctx, path);
      if (device === undefined) {
        return failed(1, `Error: Could not stat device ${path} - No such file or directory.`);
      }
      const stuck = updateKernel(ctx.storage, device.disk);
      if (stuck.length > 0) {
        messages.push(
          `Error: Partition(s) ${stuck.join(", ")} on ${path} have been written, but we have been unable to inform the kernel of the change, probably because it/they are in use.  As a result, the old partition(s) will remain in use.  You should reboot now before making further changes.`,
        );
      }
    }
    return messages.length === 0 ? done() : failed(1, messages.join("\n"));
  },
};

/** partx(8): `-u` and `-a` tell the kernel of a disk's partitions. */
export const partx: LinuxCommand = {
  path: "/usr/bin/partx",
  isChange: (args) => args.some((arg) => /^(?:-[uad]|--(?:update|add|delete)).*$/u.test(arg)),
  run(ctx, args) {
    const path = [...args].reverse().find((arg) => arg.startsWith("/"));
    const device = path === undefined ? undefined : openDevice(ctx, path);
    if (device === undefined) {
      return failed(1, `partx: cannot open ${path ?? ""}: No such file or directory`);
    }
    const stuck = updateKernel(ctx.storage, device.disk);
    return stuck.length === 0
      ? done()
      : failed(1, `partx: ${path ?? ""}: error updating partitions ${stuck.join(", ")}`);
  },
};

/** What blockdev(8) tells of a device. */
const REPORTS: Readonly<Record<string, (device: BlockDevice) => number>> = {
  "--getsize64": ({ sizeBytes }) => sizeBytes,
  "--getsz": ({ sizeBytes }) => Math.floor(sizeBytes / SECTOR_BYTES),
  "--getsize": ({ sizeBytes }) => Math.floor(sizeBytes / SECTOR_BYTES),
  "--getss": () => SECTOR_BYTES,
  "--getpbsz": () => SECTOR_BYTES,
  "--getbsz": () => 4_096,
  "--getro": ({ disk }) => Number(disk.isReadOnly),
};

/** blockdev(8): sizes, and reading a disk's partition table again, which fails while one is in use. */
export const blockdev: LinuxCommand = {
  path: "/usr/sbin/blockdev",
  isChange: (args) =>
    args.some((arg) => ["--rereadpt", "--flushbufs", "--setro", "--setrw"].includes(arg)),
  run(ctx, args) {
    const commands = args.filter((arg) => arg.startsWith("-"));
    const paths = args.filter((arg) => !arg.startsWith("-"));
    const unknown = commands.find(
      (arg) => !Object.hasOwn(REPORTS, arg) && !["--rereadpt", "--flushbufs"].includes(arg),
    );
    if (unknown !== undefined) {
      return failed(1, `blockdev: Unknown command: ${unknown}`);
    }
    if (paths.length === 0) {
      return failed(
        1,
        "blockdev: no device specified\nTry 'blockdev --help' for more information.",
      );
    }
    const lines: string[] = [];
    for (const path of paths) {
      const device = openDevice(ctx, path);
      if (device === undefined) {
        return failed(1, `blockdev: cannot open ${path}: No such file or directory`);
      }
      for (const command of commands) {
        const wrong = apply(ctx, device, command, lines);
        if (wrong !== undefined) {
          return failed(1, wrong);
        }
      }
    }
    return done(lines.map((line) => `${line}\n`).join(""));
  },
};

function apply(
  ctx: LinuxCommandContext,
  device: BlockDevice,
  command: string,
  lines: string[],
): string | undefined {
  const report = REPORTS[command];
  if (report !== undefined) {
    lines.push(String(report(device)));
    return undefined;
  }
  if (command !== "--rereadpt") {
    return undefined;
  }
  if (device.number !== undefined) {
    return "blockdev: ioctl error on BLKRRPART: Invalid argument";
  }
  return rereadTable(ctx.storage, device.disk)
    ? undefined
    : "blockdev: ioctl error on BLKRRPART: Device or resource busy";
}

/** udevadm(8): after `settle` and `trigger` the links in /dev/disk are up to date. */
export const udevadm: LinuxCommand = {
  path: "/usr/bin/udevadm",
  isChange: (args) => args[0] !== "info" && args[0] !== "--version",
  run(ctx, args) {
    switch (args[0]) {
      case "settle":
      case "trigger":
        ctx.settle();
        return done();
      case "control":
        return done();
      case "--version":
        return done("252\n");
      default:
        return failed(1, `Unknown command verb ${args[0] ?? ""}.`);
    }
  },
};
