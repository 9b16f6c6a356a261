import { openDevice, SECTOR_BYTES } from "../block-devices.ts";
import { done, failed, type LinuxCommand, type LinuxCommandContext } from "../command.ts";
import { lastUsableSector, LINUX_GUID, rereadTable, writeTable } from "../partition-table.ts";
import type { LinuxDisk, PartitionTable } from "../storage.ts";
import { createUuid } from "./create-uuid.ts";
import { type OptionSpec, readOptions } from "./options.ts";
import { parseTypeCode, typeCodeOf } from "./partition-types.ts";
import { findGap } from "./sector-gap.ts";
import { parseSize } from "./sizes.ts";

const SPEC: OptionSpec = {
  program: "sgdisk",
  short: "A:a:b:c:d:eEfFgGhi:l:Ln:N:op:Ppst:u:U:vVzZ",
  long: {
    "backup:": "b",
    "change-name:": "c",
    "delete:": "d",
    "move-second-header": "e",
    "first-aligned-in-largest": "F",
    mbrtogpt: "g",
    "info:": "i",
    "new:": "n",
    "largest-new:": "N",
    clear: "o",
    print: "P",
    pretend: "pretend",
    "typecode:": "t",
    "partition-guid:": "u",
    "disk-guid:": "U",
    verify: "v",
    zap: "z",
    "zap-all": "Z",
    "randomize-guids": "G",
    sort: "s",
    version: "V",
  },
};
const KERNEL_OLD =
  "Warning: The kernel is still using the old partition table.\nThe new table will be used at the next reboot or after you\nrun partprobe(8) or kpartx(8)\n";
const COMPLETED = "The operation has completed successfully.\n";
const GPT_FIRST_USABLE = 34;
const CHANGERS =
  /^-(?:[cdeFgGnNotuUszZ]|-(?:change-name|delete|move-second-header|mbrtogpt|new|largest-new|clear|typecode|partition-guid|disk-guid|zap|zap-all|randomize-guids|sort))/u;

/** sgdisk(8): GPT only. Its options are done in their order; nothing is saved where one fails. */
export const sgdisk: LinuxCommand = {
  path: "/usr/sbin/sgdisk",
  isChange: (args) =>
    args.some((arg) => CHANGERS.test(arg)) && !args.includes("--pretend") && !args.includes("-P"),
  run(ctx, args) {
    // "-p" prints here; readOptions has it as a flag of its own.
    const read = readOptions(
      { ...SPEC, short: SPEC.short.replace("p:", "") },
      args.map((arg) => (arg === "-p" ? "--print" : arg === "-P" ? "--pretend" : arg)),
    );
    if ("refusal" in read) {
      return { ...read.refusal, exitCode: 2 };
    }
    const { options } = read;
    const path = options.operands.at(-1);
    const device = path === undefined ? undefined : openDevice(ctx, path);
    if (device === undefined || path === undefined) {
      return failed(
        2,
        `Problem opening ${path ?? ""} for reading! Error is 2.\nThe specified file does not exist!`,
      );
    }
    const { disk } = device;
    const text: string[] = [];
    if (options.has("Z") || options.has("z")) {
      writeTable(disk, undefined);
      const isTold = rereadTable(ctx.storage, disk);
      text.push(
        `${isTold ? "" : KERNEL_OLD}GPT data structures destroyed! You may now partition the disk using fdisk or\nother utilities.\n`,
      );
      if (![...options.flags.keys()].some((name) => ["n", "N", "o"].includes(name))) {
        return done(text.join(""));
      }
    }
    const isWanted = ["n", "N", "o"].some((name) => options.has(name));
    if (disk.table === undefined && !isWanted) {
      text.push("Creating new GPT entries in memory.\n");
    }
    const draft = draftOf(ctx, disk, options.has("o"));
    const steps = [...options.flags].flatMap(([name, values]) =>
      values.map((value) => ({ name, value })),
    );
    for (const { name, value } of steps) {
      const wrong = apply(ctx, disk, draft, name, value, text);
      if (wrong !== undefined) {
        return failed(4, `${wrong}\nError encountered; not saving changes.`);
      }
    }
    if (!steps.some(({ name }) => "cdeFgGnNotuUs".includes(name)) || options.has("pretend")) {
      return done(text.join(""));
    }
    if (disk.isReadOnly) {
      return failed(4, `Unable to open device '${path}' for writing! Errno is 30! Aborting write!`);
    }
    writeTable(disk, draft);
    text.push(rereadTable(ctx.storage, disk) ? COMPLETED : `${KERNEL_OLD}${COMPLETED}`);
    return done(text.join(""));
  },
};

function draftOf(ctx: LinuxCommandContext, disk: LinuxDisk, isCleared: boolean): PartitionTable {
  const { table } = disk;
  if (table?.type === "gpt" && !isCleared) {
    return structuredClone(table);
  }
  return {
    type: "gpt",
    id: createUuid(ctx).toUpperCase(),
    lastUsable: lastUsableSector("gpt", disk.sizeBytes),
    partitions:
      table === undefined || isCleared
        ? []
        : table.partitions.map((each) =>
            Object.assign({}, each, { type: LINUX_GUID, uuid: createUuid(ctx).toUpperCase() }),
          ),
  };
}

/** One option; what is wrong with it, or undefined. */
function apply(
  ctx: LinuxCommandContext,
  disk: LinuxDisk,
  table: PartitionTable,
  name: string,
  value: string,
  text: string[],
): string | undefined {
  const [first = "", ...rest] = value.split(":");
  const partition = table.partitions.find(({ number }) => number === Number(first));
  switch (name) {
    case "n":
      return addPartition(ctx, disk, table, Number(first), rest);
    case "N":
      return addPartition(ctx, disk, table, Number(first), ["0", "0"]);
    case "e":
      table.lastUsable = lastUsableSector("gpt", disk.sizeBytes);
      return undefined;
    case "d":
      if (partition === undefined) {
        return `Partition number ${first} out of range!\nError 25 deleting partition!`;
      }
      table.partitions = table.partitions.filter((each) => each !== partition);
      return undefined;
    case "t": {
      const type = parseTypeCode(rest[0] ?? "");
      if (partition === undefined || type === undefined) {
        return `Could not change partition ${first}'s type code to ${rest[0] ?? ""}!`;
      }
      partition.type = type;
      return undefined;
    }
    case "c":
      if (partition === undefined) {
        return `Unable to set partition ${first}'s name to '${rest.join(":")}'!`;
      }
      partition.name = rest.join(":");
      return undefined;
    case "u":
      if (partition !== undefined) {
        partition.uuid = (rest[0] ?? "").toUpperCase();
      }
      return partition === undefined ? `Invalid partition ${first}!` : undefined;
    case "U":
      table.id = value.toUpperCase();
      return undefined;
    case "i":
      text.push(
        partition === undefined
          ? `Partition #${first} does not exist.\n`
          : `Partition GUID code: ${partition.type} (Linux filesystem)\nPartition unique GUID: ${partition.uuid}\nFirst sector: ${partition.startSector}\nLast sector: ${partition.startSector + partition.sectors - 1}\nPartition size: ${partition.sectors} sectors\nAttribute flags: 0000000000000000\nPartition name: '${partition.name}'\n`,
      );
      return undefined;
    case "P":
      text.push(print(disk, table));
      return undefined;
    case "v":
      text.push(
        table.lastUsable < lastUsableSector("gpt", disk.sizeBytes)
          ? "\nProblem: The secondary header's self-pointer indicates that it doesn't reside\nat the end of the disk. If you've added a disk to a RAID array, use the 'e'\noption on the experts' menu to adjust the secondary header's and partition\ntable's locations.\n\nIdentified 1 problems!\n"
          : "\nNo problems found.\n",
      );
      return undefined;
    default:
      return undefined;
  }
}

function addPartition(
  ctx: LinuxCommandContext,
  disk: LinuxDisk,
  table: PartitionTable,
  wanted: number,
  [startText = "0", endText = "0"]: readonly string[],
): string | undefined {
  const number =
    wanted === 0 ? Math.max(0, ...table.partitions.map((each) => each.number)) + 1 : wanted;
  const refused = `Could not create partition ${number} from ${startText} to ${endText}\nCould not create partition`;
  if (table.partitions.some((each) => each.number === number)) {
    return refused;
  }
  const start = sectorsOf(startText);
  const gap = findGap(disk, table, table.partitions, start === 0 ? undefined : start);
  if (gap === undefined || start === undefined) {
    return refused;
  }
  const last = gap.startSector + gap.sectors - 1;
  const size = sectorsOf(endText.replace(/^[+-]/u, ""));
  if (size === undefined) {
    return refused;
  }
  const end =
    size === 0
      ? last
      : endText.startsWith("+")
        ? gap.startSector + size - 1
        : endText.startsWith("-")
          ? last - size
          : size;
  if (end > last || end < gap.startSector) {
    return refused;
  }
  table.partitions.push({
    number,
    startSector: gap.startSector,
    sectors: end - gap.startSector + 1,
    type: LINUX_GUID,
    uuid: createUuid(ctx).toUpperCase(),
    name: "",
    isBootable: false,
  });
  return undefined;
}

/** Bare numbers are sectors. */
function sectorsOf(text: string): number | undefined {
  if (/^\d+$/u.test(text)) {
    return Number(text);
  }
  const bytes = parseSize(text);
  return bytes === undefined ? undefined : Math.floor(bytes / SECTOR_BYTES);
}

function print(disk: LinuxDisk, table: PartitionTable): string {
  const rows = table.partitions.map(
    ({ number, startSector, sectors, type, name }) =>
      `${String(number).padStart(4)} ${String(startSector).padStart(15)} ${String(startSector + sectors - 1).padStart(15)}   ${mebibytes(sectors).padEnd(11)} ${typeCodeOf(type)}  ${name}\n`,
  );
  return `Disk /dev/${disk.name}: ${Math.floor(disk.sizeBytes / SECTOR_BYTES)} sectors, ${mebibytes(disk.sizeBytes / SECTOR_BYTES)}\nSector size (logical/physical): 512/512 bytes\nDisk identifier (GUID): ${table.id}\nPartition table holds up to 128 entries\nMain partition table begins at sector 2 and ends at sector 33\nFirst usable sector is ${GPT_FIRST_USABLE}, last usable sector is ${table.lastUsable}\nPartitions will be aligned on 2048-sector boundaries\n\nNumber  Start (sector)    End (sector)  Size       Code  Name\n${rows.join("")}`;
}

function mebibytes(sectors: number): string {
  const bytes = sectors * SECTOR_BYTES;
  return bytes >= 1_073_741_824
    ? `${(bytes / 1_073_741_824).toFixed(1)} GiB`
    : `${(bytes / 1_048_576).toFixed(1)} MiB`;
}
