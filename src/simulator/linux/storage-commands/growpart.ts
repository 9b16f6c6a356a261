import { openDevice, partitionPath, SECTOR_BYTES } from "../block-devices.ts";
import { done, failed, type LinuxCommand, type LinuxOutcome } from "../command.ts";
import { lastUsableSector, updateKernel } from "../partition-table.ts";
import type { LinuxDisk, PartitionTable } from "../storage.ts";
import { type OptionSpec, readOptions } from "./options.ts";
import { dumpTable } from "./table-dump.ts";

const SPEC: OptionSpec = {
  program: "growpart",
  short: "hNu:v",
  long: {
    help: "h",
    "dry-run": "N",
    "update:": "u",
    "fudge:": "fudge",
    "free-percent:": "free",
    verbose: "v",
    version: "version",
  },
  usageExitCode: 2,
};
const FUDGE_BYTES = 1_048_576;
/** Room for the second copy of a GPT, left free on MBR disks too. */
const BACKUP_SECTORS = 33;
const USAGE = "growpart disk partition";

/** growpart(1) of cloud-utils: 0 and "CHANGED: …", 1 and "NOCHANGE: …", 2 and "FAILED: …", all on standard output. */
export const growpart: LinuxCommand = {
  path: "/usr/bin/growpart",
  isChange: (args) => !args.some((arg) => /^(?:-N|--dry-run|-h|--help|--version)$/u.test(arg)),
  run(ctx, args) {
    const read = readOptions(SPEC, args);
    if ("refusal" in read) {
      return failed(2, `${USAGE}\n${read.refusal.stderr.trimEnd()}`);
    }
    const { options } = read;
    if (options.has("h")) {
      return done(
        `${USAGE}\n   rewrite partition table so that partition takes up all the space it can\n   options:\n    -h | --help            print Usage and exit\n         --fudge F         if part could be resized, but change would be less\n                           than 'F' bytes, do not resize (default: ${FUDGE_BYTES})\n    -N | --dry-run         only report what would be done, show new 'sfdisk -d'\n    -v | --verbose         increase verbosity / debug\n    -u | --update  R       update the the kernel partition table info after\n`,
      );
    }
    const [path, number] = options.operands;
    if (path === undefined || number === undefined) {
      return failed(2, `${USAGE}\nmust supply disk and partition-number`);
    }
    if (!/^\d+$/u.test(number)) {
      return failed(2, `${USAGE}\npartition-number must be a number`);
    }
    const disk = openDevice(ctx, path)?.disk;
    if (disk === undefined) {
      return refuse(`${path}: does not exist`);
    }
    if (!ctx.storage.disks.some(({ name }) => openDevice(ctx, path)?.name === name)) {
      return refuse(`failed to get start and end for ${path}${number} in ${path}`);
    }
    if (ctx.storage.faults.missingTools.includes("sfdisk")) {
      return refuse("neither of sfdisk or sgdisk is available, or sfdisk is too old");
    }
    return grow(
      ctx,
      { disk, path, number: Number(number) },
      {
        isDry: options.has("N"),
        isKernelTold: options.value("u") !== "off",
        fudgeSectors: Math.floor(Number(options.value("fudge") ?? FUDGE_BYTES) / SECTOR_BYTES),
      },
    );
  },
};

interface Wanted {
  readonly disk: LinuxDisk;
  readonly path: string;
  readonly number: number;
}

function grow(
  ctx: Parameters<LinuxCommand["run"]>[0],
  { disk, path, number }: Wanted,
  how: { readonly isDry: boolean; readonly isKernelTold: boolean; readonly fudgeSectors: number },
) {
  const { table } = disk;
  const partition = table?.partitions.find((each) => each.number === number);
  if (table === undefined || partition === undefined) {
    return table === undefined
      ? refuse(
          `failed to dump sfdisk info for ${path}`,
          `failed [sfd_dump:1] sfdisk --unit=S --dump ${path}\nsfdisk: ${path}: does not contain a recognized partition table`,
        )
      : refuse(`failed to get start and end for ${partitionPath(disk, number)} in ${path}`);
  }
  const { startSector, sectors } = partition;
  const end = startSector + sectors - 1;
  const newEnd = endFor(disk, table, end);
  if (newEnd === end) {
    return {
      ...done(`NOCHANGE: partition ${number} is size ${sectors}. it cannot be grown\n`),
      exitCode: 1,
    };
  }
  if (end + how.fudgeSectors > newEnd) {
    return {
      ...done(
        `NOCHANGE: partition ${number} could only be grown by ${newEnd - end} [fudge=${how.fudgeSectors}]\n`,
      ),
      exitCode: 1,
    };
  }
  const newSectors = newEnd - startSector + 1;
  const change = `partition=${number} start=${startSector} old: size=${sectors} end=${end} new: size=${newSectors} end=${newEnd}`;
  const grown: PartitionTable = {
    ...table,
    lastUsable: lastUsableSector(table.type, disk.sizeBytes),
    partitions: table.partitions.map((each) =>
      each === partition ? { ...each, sectors: newSectors } : each,
    ),
  };
  if (how.isDry) {
    const dump = (each: PartitionTable): string =>
      dumpTable({ ...disk, table: each }, path, each).replace(/^last-lba:.*\n/mu, "");
    return {
      exitCode: 0,
      stdout: `CHANGE: ${change}\n`,
      stderr: `# === old sfdisk -d ===\n${dump(table)}# === new sfdisk -d ===\n${dump(grown)}`,
    };
  }
  if (disk.isReadOnly || ctx.storage.faults.failingTools["sfdisk"] !== undefined) {
    return refuse(
      "failed to resize",
      `attempt to resize ${path} failed. sfdisk output below:\n| ${ctx.storage.faults.failingTools["sfdisk"] ?? `sfdisk: cannot open ${path}: Read-only file system`}`,
    );
  }
  disk.table = grown;
  if (how.isKernelTold) {
    updateKernel(ctx.storage, disk);
  }
  ctx.settle();
  return done(`CHANGED: ${change}\n`);
}

/** The reason goes to standard output; what the tools below said to standard error. */
function refuse(reason: string, said = ""): LinuxOutcome {
  return { exitCode: 2, stdout: `FAILED: ${reason}\n`, stderr: said === "" ? "" : `${said}\n` };
}

/** Up to the next partition, else up to the end of the disk. */
function endFor(disk: LinuxDisk, table: PartitionTable, end: number): number {
  const total = Math.floor(disk.sizeBytes / SECTOR_BYTES);
  const next = Math.min(
    total,
    ...table.partitions.map(({ startSector }) => startSector).filter((start) => start >= end),
  );
  const limit = table.type === "dos" ? Math.min(next - 1, 4_294_967_296) : next - 1;
  return limit > total - BACKUP_SECTORS ? total - BACKUP_SECTORS - 1 : limit;
}
