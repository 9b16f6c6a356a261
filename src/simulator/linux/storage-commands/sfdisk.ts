import {
  isDiskInUse,
  openDevice,
  partitionPath,
  removeContent,
  SECTOR_BYTES,
} from "../block-devices.ts";
import {
  done,
  failed,
  type LinuxCommand,
  type LinuxCommandContext,
  type LinuxOutcome,
} from "../command.ts";
import { rereadTable, updateKernel, writeTable } from "../partition-table.ts";
import type { LinuxDisk } from "../storage.ts";
import { buildTable } from "./build-table.ts";
import { type Options, type OptionSpec, readOptions } from "./options.ts";
import { parsePartitionScript } from "./partition-script.ts";
import { parsePartitionType } from "./partition-types.ts";
import { findGap } from "./sector-gap.ts";
import { formatSize } from "./sizes.ts";
import { dumpTable, jsonOfTable } from "./table-dump.ts";

const SPEC: OptionSpec = {
  program: "sfdisk",
  short: "AabdfFgGhJlLN:nO:o:qrsTu:vVw:W:X:Y:",
  long: {
    activate: "A",
    append: "a",
    backup: "b",
    dump: "d",
    force: "f",
    "list-free": "F",
    json: "J",
    list: "l",
    Linux: "L",
    "partno:": "N",
    "no-act": "n",
    "no-reread": "noreread",
    "no-tell-kernel": "notell",
    "backup-file:": "O",
    quiet: "q",
    "show-size": "s",
    "unit:": "u",
    verify: "V",
    version: "v",
    "wipe:": "w",
    "wipe-partitions:": "W",
    "label:": "X",
    delete: "delete",
    "part-type": "type",
    "part-uuid": "uuid",
    "part-label": "name",
    lock: "lock",
  },
};
const READERS = ["d", "J", "l", "F", "V", "v", "s", "n"];

/** sfdisk(8). A script on standard input makes a table; without a header "label" in it the kind of table that is there stays, else MBR. */
export const sfdisk: LinuxCommand = {
  path: "/usr/sbin/sfdisk",
  isChange(args) {
    const read = readOptions(SPEC, args);
    if ("refusal" in read) {
      return false;
    }
    const { options } = read;
    const isAsking =
      ["type", "uuid", "name"].some((name) => options.has(name)) && options.operands.length < 3;
    return !isAsking && !READERS.some((name) => options.has(name)) && options.operands.length > 0;
  },
  run(ctx, args) {
    const read = readOptions(SPEC, args);
    if ("refusal" in read) {
      return read.refusal;
    }
    const { options } = read;
    if (options.has("v")) {
      return done("sfdisk from util-linux 2.38.1\n");
    }
    const unit = options.value("u");
    if (unit !== undefined && unit !== "S") {
      return failed(1, `sfdisk: unsupported unit '${unit}'`);
    }
    const [path] = options.operands;
    if (path === undefined) {
      return options.has("l")
        ? done(ctx.storage.disks.map((disk) => list(disk)).join("\n\n"))
        : failed(1, "sfdisk: no disk device specified");
    }
    const device = openDevice(ctx, path);
    if (device === undefined) {
      return failed(1, `sfdisk: cannot open ${path}: No such file or directory`);
    }
    const disk = device.number === undefined ? device.disk : { ...device.disk, kernel: [] };
    return report(disk, path, options) ?? change(ctx, disk, path, options);
  },
};

/** What only asks; undefined where the table is to be changed. */
function report(disk: LinuxDisk, path: string, options: Options): LinuxOutcome | undefined {
  const { table } = disk;
  if (options.has("s")) {
    return done(`${Math.floor(disk.sizeBytes / 1_024)}\n`);
  }
  if (options.has("l")) {
    return done(list(disk));
  }
  if (["d", "J", "V"].some((name) => options.has(name)) && table === undefined) {
    return failed(1, `sfdisk: ${path}: does not contain a recognized partition table`);
  }
  if (table === undefined) {
    return undefined;
  }
  if (options.has("d")) {
    return done(dumpTable(disk, path, table));
  }
  if (options.has("J")) {
    return done(jsonOfTable(disk, path, table));
  }
  if (options.has("F")) {
    const gap = findGap(disk, table, table.partitions);
    return done(`Unpartitioned space ${path}: ${formatSize((gap?.sectors ?? 0) * SECTOR_BYTES)}\n`);
  }
  return options.has("V") ? done(`${path}:\nNo errors detected.\n`) : undefined;
}

function list(disk: LinuxDisk): string {
  const head = `Disk /dev/${disk.name}: ${formatSize(disk.sizeBytes).replace(/([KMGT])$/u, " $1iB")}, ${disk.sizeBytes} bytes, ${Math.floor(disk.sizeBytes / SECTOR_BYTES)} sectors\nUnits: sectors of 1 * 512 = 512 bytes\nSector size (logical/physical): 512 bytes / 512 bytes\nI/O size (minimum/optimal): 512 bytes / 512 bytes\n`;
  if (disk.table === undefined) {
    return head;
  }
  const rows = disk.table.partitions.map(
    ({ number, startSector, sectors, type }) =>
      `${partitionPath(disk, number)} ${startSector} ${startSector + sectors - 1} ${sectors} ${formatSize(sectors * SECTOR_BYTES)} ${type}\n`,
  );
  return `${head}Disklabel type: ${disk.table.type}\nDisk identifier: ${disk.table.id}\n\nDevice Start End Sectors Size Type\n${rows.join("")}`;
}

const IN_USE =
  "Checking that no-one is using this disk right now ... FAILED\n\nThis disk is currently in use - repartitioning is probably a bad idea.\nUmount all file systems, and swapoff all swap partitions on this disk.\nUse the --no-reread flag to suppress this check.\n";

function change(
  ctx: LinuxCommandContext,
  disk: LinuxDisk,
  path: string,
  options: Options,
): LinuxOutcome {
  if (disk.isReadOnly) {
    return failed(1, `sfdisk: cannot open ${path}: Read-only file system`);
  }
  const asked = changePartition(ctx, disk, path, options);
  if (asked !== undefined) {
    return asked;
  }
  if (
    !options.has("noreread") &&
    !options.has("n") &&
    isDiskInUse(ctx.storage, disk) &&
    !options.has("f")
  ) {
    return {
      exitCode: 1,
      stdout: IN_USE,
      stderr: "sfdisk: Use the --force flag to overrule all checks.\n",
    };
  }
  const script = parsePartitionScript(ctx.stdin);
  if (script.error !== undefined) {
    return script.error === "" ? done("Leaving.\n") : failed(1, script.error);
  }
  const built = buildTable(ctx, disk, script, {
    isAdding: options.has("a") || options.has("N"),
    only: options.value("N"),
    label: options.value("X"),
  });
  if ("reason" in built) {
    return { exitCode: 1, stdout: `${built.reason}\nLeaving.\n`, stderr: "" };
  }
  if (options.has("n")) {
    return done("The partition table is unchanged (--no-act).\n");
  }
  const warning =
    disk.contents.some(({ startSector }) => startSector === 0) && disk.table === undefined
      ? `The device contains '${disk.contents.find(({ startSector }) => startSector === 0)?.content.type ?? ""}' signature and it may remain on the device. It is recommended to wipe the device with wipefs(8) or sfdisk --wipe, in order to avoid possible collisions.\n`
      : "";
  writeTable(disk, built.table);
  if (options.value("W") === "always") {
    for (const { startSector } of built.made) {
      removeAt(disk, startSector);
    }
  }
  return {
    exitCode: 0,
    stdout: `${warning}${tellKernel(ctx, disk, options)}`,
    stderr: options.has("L") ? "sfdisk: --Linux option is unnecessary and deprecated\n" : "",
  };
}

function removeAt(disk: LinuxDisk, startSector: number): void {
  removeContent({ disk, startSector, path: "", name: "", sizeBytes: 0 });
}

function tellKernel(ctx: LinuxCommandContext, disk: LinuxDisk, options: Options): string {
  const altered = "\nThe partition table has been altered.\n";
  if (options.has("notell")) {
    return altered;
  }
  if (!isDiskInUse(ctx.storage, disk)) {
    rereadTable(ctx.storage, disk);
    return `${altered}Calling ioctl() to re-read partition table.\nSyncing disks.\n`;
  }
  const stuck = updateKernel(ctx.storage, disk);
  const notes = stuck.map(
    (number) => `Failed to remove partition ${number} from system: Device or resource busy\n`,
  );
  return `${altered}${notes.join("")}${notes.length === 0 ? "" : "The kernel still uses the old partitions. The new table will be used at the next reboot.\n"}Syncing disks.\n`;
}

/** `--delete`, `--part-type`, `--part-uuid`, `--part-label`, `--activate`. */
function changePartition(
  ctx: LinuxCommandContext,
  disk: LinuxDisk,
  path: string,
  options: Options,
): LinuxOutcome | undefined {
  const name = ["delete", "type", "uuid", "name", "A"].find((each) => options.has(each));
  if (name === undefined) {
    return undefined;
  }
  const { table } = disk;
  if (table === undefined) {
    return failed(1, `sfdisk: ${path}: does not contain a recognized partition table`);
  }
  const [, number, value] = options.operands;
  if (name === "delete") {
    const numbers = options.operands.slice(1).map(Number);
    const missing = numbers.find((each) => !table.partitions.some((one) => one.number === each));
    if (missing !== undefined) {
      return failed(1, `sfdisk: ${path}: partition ${missing}: failed to delete`);
    }
    if (isDiskInUse(ctx.storage, disk) && !options.has("noreread") && !options.has("f")) {
      return {
        exitCode: 1,
        stdout: IN_USE,
        stderr: "sfdisk: Use the --force flag to overrule all checks.\n",
      };
    }
    writeTable(disk, {
      ...table,
      partitions:
        numbers.length === 0
          ? []
          : table.partitions.filter((each) => !numbers.includes(each.number)),
    });
    return done(tellKernel(ctx, disk, options));
  }
  const partition = table.partitions.find((each) => each.number === Number(number));
  if (partition === undefined) {
    return failed(1, `sfdisk: ${path}: partition ${number ?? ""}: partition is unused`);
  }
  if (name === "A") {
    partition.isBootable = true;
    return done(tellKernel(ctx, disk, options));
  }
  if (value === undefined) {
    return done(
      `${name === "type" ? partition.type : name === "uuid" ? partition.uuid : partition.name}\n`,
    );
  }
  if (name === "type") {
    partition.type = parsePartitionType(table.type, value) ?? partition.type;
  } else if (name === "uuid") {
    partition.uuid = value.toUpperCase();
  } else {
    partition.name = value;
  }
  return done(tellKernel(ctx, disk, options));
}
