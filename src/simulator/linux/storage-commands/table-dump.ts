import { partitionPath } from "../block-devices.ts";
import type { LinuxDisk, LinuxPartition, PartitionTable } from "../storage.ts";

const FIRST_LBA = 2_048;

/** As `sfdisk --dump` prints a table: what it takes back on standard input. */
export function dumpTable(disk: LinuxDisk, path: string, table: PartitionTable): string {
  const header = [
    `label: ${table.type}`,
    `label-id: ${table.id}`,
    `device: ${path}`,
    "unit: sectors",
    ...(table.type === "gpt" ? [`first-lba: ${FIRST_LBA}`, `last-lba: ${table.lastUsable}`] : []),
    "sector-size: 512",
    "",
  ];
  const lines = table.partitions.map((partition) => dumpLine(disk, partition, table.type));
  return `${header.join("\n")}\n${lines.map((line) => `${line}\n`).join("")}`;
}

function dumpLine(
  disk: LinuxDisk,
  partition: LinuxPartition,
  type: PartitionTable["type"],
): string {
  const fields = [
    `start=${String(partition.startSector).padStart(12)}`,
    `size=${String(partition.sectors).padStart(12)}`,
    `type=${partition.type}`,
    ...(type === "gpt" ? [`uuid=${partition.uuid}`] : []),
    ...(partition.name === "" ? [] : [`name="${partition.name}"`]),
    ...(partition.isBootable ? ["bootable"] : []),
  ];
  return `${partitionPath(disk, partition.number)} : ${fields.join(", ")}`;
}

/** As `sfdisk --json` prints it. */
export function jsonOfTable(disk: LinuxDisk, path: string, table: PartitionTable): string {
  const partitiontable = {
    label: table.type,
    id: table.id,
    device: path,
    unit: "sectors",
    ...(table.type === "gpt" ? { firstlba: FIRST_LBA, lastlba: table.lastUsable } : {}),
    sectorsize: 512,
    ...(table.partitions.length === 0
      ? {}
      : {
          partitions: table.partitions.map((each) => ({
            node: partitionPath(disk, each.number),
            start: each.startSector,
            size: each.sectors,
            type: each.type,
            ...(table.type === "gpt" ? { uuid: each.uuid } : {}),
            ...(each.name === "" ? {} : { name: each.name }),
            ...(each.isBootable ? { bootable: true } : {}),
          })),
        }),
  };
  return `${JSON.stringify({ partitiontable }, undefined, 3)}\n`;
}
