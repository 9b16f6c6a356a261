import { partitionPath } from "../block-devices.ts";
import type { LinuxCommandContext } from "../command.ts";
import { lastUsableSector } from "../partition-table.ts";
import type { LinuxDisk, LinuxPartition, PartitionTable } from "../storage.ts";
import { createUuid } from "./create-uuid.ts";
import type { PartitionScript, ScriptPartition } from "./partition-script.ts";
import { parsePartitionType } from "./partition-types.ts";
import { findGap } from "./sector-gap.ts";

/** A table, and what of it is new; or what sfdisk says that is wrong. */
export type BuiltTable =
  | { readonly table: PartitionTable; readonly made: readonly LinuxPartition[] }
  | { readonly reason: string };

/** The table that sfdisk(8) makes of a script for this disk. Changes nothing. */
export function buildTable(
  ctx: LinuxCommandContext,
  disk: LinuxDisk,
  script: PartitionScript,
  how: {
    /** The partitions that are there stay. */
    readonly isAdding: boolean;
    /** Of `--partno`. */
    readonly only: string | undefined;
    /** Of `--label`, for a script without that header. */
    readonly label: string | undefined;
  },
): BuiltTable {
  const { isAdding, only } = how;
  const old = disk.table;
  if (old === undefined && isAdding && only !== undefined) {
    return {
      reason: `sfdisk: ${disk.name}: partition ${only}: no partition table`,
    };
  }
  const label = script.headers.get("label") ?? how.label ?? old?.type ?? "dos";
  if (!["gpt", "dos", "mbr"].includes(label)) {
    return { reason: `sfdisk: unsupported label '${label}'` };
  }
  const type = label === "gpt" ? "gpt" : "dos";
  const isKept =
    (isAdding || script.partitions.length === 0) &&
    old !== undefined &&
    script.headers.get("label") === undefined;
  const table: PartitionTable = isKept
    ? structuredClone(old)
    : {
        type,
        id: script.headers.get("label-id") ?? newId(ctx, type),
        lastUsable: 0,
        partitions: [],
      };
  table.lastUsable = Math.min(
    lastUsableSector(type, disk.sizeBytes),
    Number(script.headers.get("last-lba") ?? Number.POSITIVE_INFINITY),
  );
  const made: LinuxPartition[] = [];
  for (const line of script.partitions) {
    if (
      type === "dos" &&
      line.number === undefined &&
      only === undefined &&
      table.partitions.length === 4
    ) {
      // "All partitions used." What is more is passed over.
      break;
    }
    const result = place(
      ctx,
      disk,
      table,
      only === undefined ? line : { ...line, number: Number(only) },
    );
    if ("reason" in result) {
      return result;
    }
    table.partitions = [
      ...table.partitions.filter(({ number }) => number !== result.number),
      result,
    ];
    made.push(result);
  }
  return { table, made };
}

/** A free start, else a size too large, is made to fit without a word; a start or end that cannot be is refused. */
function place(
  ctx: LinuxCommandContext,
  disk: LinuxDisk,
  table: PartitionTable,
  line: ScriptPartition,
): LinuxPartition | { readonly reason: string } {
  const used = new Set(table.partitions.map((each) => each.number));
  let number = line.number ?? 1;
  while (line.number === undefined && used.has(number)) {
    number += 1;
  }
  const path = partitionPath(disk, number);
  if (table.type === "dos" && number > 4) {
    return {
      reason: `${path}: All primary partitions are in use.\nFailed to add #${number} partition: Invalid argument`,
    };
  }
  const old = table.partitions.find((each) => each.number === number);
  const others = table.partitions.filter((each) => each.number !== number);
  const gap = findGap(disk, table, others, line.startSector ?? old?.startSector);
  const isTooLarge = gap !== undefined && line.sectors !== undefined && line.sectors > gap.sectors;
  if (table.type === "dos" && line.startSector === undefined && old === undefined && isTooLarge) {
    // GPT would make it fit; for MBR libfdisk finds no room that is large enough.
    return {
      reason: `${path}: No free sectors available.\nFailed to add #${number} partition: No space left on device`,
    };
  }
  const startSector = line.startSector ?? old?.startSector ?? gap?.startSector;
  if (gap === undefined || startSector === undefined) {
    return line.startSector === undefined
      ? { reason: "No free sectors available." }
      : {
          reason: `${path}: Sector ${line.startSector} already used.\nFailed to add #${number} partition: Numerical result out of range`,
        };
  }
  const isFixed = line.startSector !== undefined && line.sectors !== undefined;
  if (isFixed && (line.sectors ?? 0) > gap.sectors) {
    const last = startSector + (line.sectors ?? 0) - 1;
    return {
      reason: `${path}: The last usable ${table.type === "gpt" ? "GPT " : ""}sector is ${table.lastUsable}, but ${last} is requested.\nFailed to add #${number} partition: Invalid argument`,
    };
  }
  const type = parsePartitionType(table.type, line.type ?? old?.type);
  if (type === undefined) {
    return { reason: `${path}: Failed to parse partition type '${line.type ?? ""}'` };
  }
  return {
    number,
    startSector,
    sectors: isFixed ? (line.sectors ?? 0) : fit(startSector, line, gap.sectors),
    type,
    uuid: table.type === "gpt" ? (line.uuid ?? old?.uuid ?? createUuid(ctx)).toUpperCase() : "",
    name: table.type === "gpt" ? (line.name ?? old?.name ?? "") : "",
    isBootable: line.isBootable,
  };
}

const GRAIN = 2_048;

/** As libfdisk rounds: with a unit, and what takes all that is left, ends at a full MiB; a size that is too large ends one earlier where that is the end already. */
function fit(startSector: number, { sectors, isRounded }: ScriptPartition, free: number): number {
  if (sectors !== undefined && sectors <= free && isRounded !== true) {
    return sectors;
  }
  const last = startSector + Math.min(sectors ?? free, free);
  const isTooLarge = sectors !== undefined && sectors > free;
  const full = Math.floor(last / GRAIN) * GRAIN;
  const end = isTooLarge ? Math.floor((full - 1) / GRAIN) * GRAIN : full;
  return end > startSector ? end - startSector : Math.min(sectors ?? free, free);
}

function newId(ctx: LinuxCommandContext, type: PartitionTable["type"]): string {
  const uuid = createUuid(ctx);
  return type === "gpt" ? uuid.toUpperCase() : `0x${uuid.slice(0, 8)}`;
}
