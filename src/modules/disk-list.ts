import { isMapping } from "../config/cloud-config.ts";
import type {
  DiskLayout,
  DiskRequest,
  FileSystemRequest,
  PartitionShare,
  VolumeSize,
} from "../distros/disk-adapter.ts";
import { describeKind } from "../text/describe-kind.ts";
import type { Problem } from "../text/problem.ts";
import { parseSizeBytes } from "../text/size.ts";
import { createItemReader, type ItemReader } from "./disk-item.ts";

const ENTRY_COUNT_MAX = 256;
const PARTITION_COUNT_MAX = 128;
const MEGABYTE = 2 ** 20;

type Aliases = ReadonlyMap<string, string>;

interface Parsed<T> {
  readonly items: readonly T[];
  readonly problems: readonly Problem[];
}

/** `device_aliases`: another name for a device. */
export function parseDeviceAliases(value: unknown): {
  readonly aliases: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
} {
  const aliases = new Map<string, string>();
  const problems: Problem[] = [];
  const path = ["device_aliases"];
  if (value !== undefined && value !== null && !isMapping(value)) {
    const message = `Cannot use device aliases: expected a mapping of names to devices, got ${describeKind(value)}`;
    return { aliases, problems: [{ message, path }] };
  }
  for (const [name, device] of Object.entries(isMapping(value) ? value : {})) {
    if (typeof device === "string" && isDeviceName(device)) {
      aliases.set(name, device);
    } else {
      const message = `Cannot use alias "${name}": expected the name of a device, got ${describeKind(device)}`;
      problems.push({ message, path: [...path, name] });
    }
  }
  return { aliases, problems };
}

/** `disk_setup` (compat modules.md, disk_setup; issue 6): settings by disk. What does not fit is a problem, the rest is used. */
export function parseDiskSetup(value: unknown, aliases: Aliases): Parsed<DiskRequest> {
  const problems: Problem[] = [];
  const items: DiskRequest[] = [];
  const path = ["disk_setup"];
  if (!isMapping(value)) {
    const message = `Cannot set up disks: expected a mapping of disks to their settings, got ${describeKind(value)}`;
    return { items, problems: [{ message, path }] };
  }
  const entries = Object.entries(value);
  if (entries.length > ENTRY_COUNT_MAX) {
    problems.push({
      message: `Only the first ${ENTRY_COUNT_MAX} of ${entries.length} disks are used`,
      path,
    });
  }
  for (const [name, settings] of entries.slice(0, ENTRY_COUNT_MAX)) {
    const reader = createItemReader(settings, [...path, name], `set up disk "${name}"`);
    const device = aliases.get(name) ?? name;
    if (!isDeviceName(device)) {
      reader.refuse([], "expected the name of a disk without blanks and control characters");
    }
    const request = readDisk(reader, name, device);
    problems.push(...reader.problems);
    if (reader.problems.length === 0) {
      items.push(request);
    }
  }
  return { items, problems };
}

/** `fs_setup`: a list of file systems. */
export function parseFileSystemSetup(value: unknown, aliases: Aliases): Parsed<FileSystemRequest> {
  const problems: Problem[] = [];
  const items: FileSystemRequest[] = [];
  if (!Array.isArray(value)) {
    const message = `Cannot make file systems: expected a list, got ${describeKind(value)}`;
    return { items, problems: [{ message, path: ["fs_setup"] }] };
  }
  if (value.length > ENTRY_COUNT_MAX) {
    const message = `Only the first ${ENTRY_COUNT_MAX} of ${value.length} file systems are used`;
    problems.push({ message, path: ["fs_setup"] });
  }
  for (const [index, item] of value.slice(0, ENTRY_COUNT_MAX).entries()) {
    const reader = createItemReader(item, ["fs_setup", index], `make file system ${index}`);
    const request = readFileSystem(reader, aliases);
    problems.push(...reader.problems);
    if (request !== undefined && reader.problems.length === 0) {
      items.push(request);
    }
  }
  return { items, problems };
}

function readDisk(reader: ItemReader, name: string, device: string): DiskRequest {
  const tableType = reader.text("table_type");
  const layout = readLayout(reader);
  const volumeGroup = reader.text("volume_group");
  const partitionSizeMb = readPartitionSize(reader);
  const type = reader.text("type");
  if (type !== undefined && type !== "scalable" && type !== "big" && type !== "normal") {
    reader.refuse(["type"], `expected "scalable", "big" or "normal", got "${type}"`);
  }
  return {
    name,
    device,
    overwrite: reader.flag("overwrite"),
    ...(tableType === undefined ? {} : { tableType }),
    ...(layout === undefined ? {} : { layout }),
    ...(volumeGroup === undefined ? {} : { volumeGroup }),
    ...(partitionSizeMb === undefined ? {} : { partitionSizeMb }),
    ...(type === "scalable" || type === "big" || type === "normal"
      ? { volumeGroupType: type }
      : {}),
    path: reader.path,
  };
}

function readPartitionSize(reader: ItemReader): number | undefined {
  const value = reader.value("pp_size");
  if (value === undefined) {
    return undefined;
  }
  const megabytes = (parseSizeBytes(value) ?? 0) / MEGABYTE;
  if (megabytes >= 1 && Number.isInteger(Math.log2(megabytes))) {
    return megabytes;
  }
  reader.refuse(
    ["pp_size"],
    `expected a power of two of megabytes like "64M", got ${shown(value)}`,
  );
  return undefined;
}

function readLayout(reader: ItemReader): DiskLayout | undefined {
  const value = reader.value("layout");
  if (value === undefined || typeof value === "boolean") {
    return value;
  }
  if (value === "remove") {
    return "remove";
  }
  if (!Array.isArray(value) || value.length === 0 || value.length > PARTITION_COUNT_MAX) {
    reader.refuse(
      ["layout"],
      `expected true, false, "remove" or a list of percentages, got ${shown(value)}`,
    );
    return undefined;
  }
  const shares = value.map(readShare);
  const bad = shares.findIndex((share) => share === undefined);
  const good = shares.filter((share) => share !== undefined);
  const sum = good.reduce((total, { percent }) => total + percent, 0);
  if (bad !== -1) {
    reader.refuse(
      ["layout", bad],
      `expected a percentage, or a percentage and a partition type like [25, 82], got ${shown(value[bad])}`,
    );
    return undefined;
  }
  if (sum > 100) {
    reader.refuse(["layout"], `expected at most 100 percent in all, got ${sum}`);
  }
  return good;
}

function readShare(value: unknown): PartitionShare | undefined {
  const [share, type, ...rest]: readonly unknown[] = Array.isArray(value) ? value : [value];
  const percent = typeof share === "string" && /^\d{1,3}$/u.test(share) ? Number(share) : share;
  if (typeof percent !== "number" || !(percent > 0 && percent <= 100) || rest.length > 0) {
    return undefined;
  }
  if (type === undefined) {
    return { percent };
  }
  const text = typeof type === "number" ? String(type) : type;
  return typeof text === "string" && /^[0-9A-Fa-f-]{1,36}$/u.test(text)
    ? { percent, type: text }
    : undefined;
}

function readFileSystem(reader: ItemReader, aliases: Aliases): FileSystemRequest | undefined {
  const name = reader.text("device");
  if (name === undefined) {
    if (reader.problems.length === 0) {
      reader.refuse([], "its device is missing");
    }
    return undefined;
  }
  const target = resolveDevice(name, aliases);
  if (!isDeviceName(target.device)) {
    reader.refuse(["device"], "expected the name of a device without blanks");
  }
  const partition = readPartition(reader) ?? target.partition;
  const label = reader.text("label");
  const type = reader.text("filesystem");
  const replaceType = reader.value("replace_fs") === false ? undefined : reader.text("replace_fs");
  const command = readCommand(reader);
  const volumeGroup = reader.text("volume_group");
  const size = readSize(reader);
  const mountPoint = reader.text("mount_point");
  const options = reader.words("options");
  return {
    name,
    device: target.device,
    overwrite: reader.flag("overwrite"),
    ...(partition === undefined || partition === "none" ? {} : { partition }),
    ...(label === undefined ? {} : { label }),
    ...(type === undefined ? {} : { type }),
    ...(replaceType === undefined ? {} : { replaceType }),
    ...(command === undefined ? {} : { command }),
    extraOptions: reader.words("extra_opts") ?? [],
    ...(volumeGroup === undefined ? {} : { volumeGroup }),
    ...(size === undefined ? {} : { size }),
    ...(mountPoint === undefined ? {} : { mountPoint }),
    ...(options === undefined ? {} : { options: options.join(",") }),
    path: reader.path,
  };
}

/** An alias may have the number of a partition behind it: "ephemeral0.1". */
function resolveDevice(
  name: string,
  aliases: Aliases,
): { readonly device: string; readonly partition?: number } {
  const whole = aliases.get(name);
  if (whole !== undefined) {
    return { device: whole };
  }
  const [, alias = "", number = ""] = /^(.+)\.(\d{1,3})$/u.exec(name) ?? [];
  const device = aliases.get(alias);
  return device === undefined ? { device: name } : { device, partition: Number(number) };
}

function readPartition(reader: ItemReader): "auto" | "any" | "none" | number | undefined {
  const value = reader.value("partition");
  const text = typeof value === "string" ? value.toLowerCase() : value;
  if (value === undefined) {
    return undefined;
  }
  if (text === "auto" || text === "any" || text === "none") {
    return text;
  }
  const number = typeof text === "string" && /^\d{1,3}$/u.test(text) ? Number(text) : text;
  if (typeof number === "number" && Number.isInteger(number) && number >= 1 && number <= 999) {
    return number;
  }
  reader.refuse(
    ["partition"],
    `expected "auto", "any", "none" or the number of a partition, got ${shown(value)}`,
  );
  return undefined;
}

function readCommand(reader: ItemReader): string | readonly string[] | undefined {
  const value = reader.value("cmd");
  return Array.isArray(value) ? reader.words("cmd") : reader.text("cmd");
}

function readSize(reader: ItemReader): VolumeSize | undefined {
  const value = reader.value("size");
  if (value === undefined) {
    return undefined;
  }
  const percent =
    typeof value === "string" ? /^\s*(\d{1,3})\s*%\s*(?:FREE)?\s*$/iu.exec(value)?.[1] : undefined;
  if (percent !== undefined && Number(percent) >= 1 && Number(percent) <= 100) {
    return { kind: "percent-free", percent: Number(percent) };
  }
  const bytes = parseSizeBytes(value);
  if (bytes !== undefined && bytes > 0) {
    return { kind: "bytes", bytes };
  }
  reader.refuse(["size"], `expected a size like "10G" or "50%FREE", got ${shown(value)}`);
  return undefined;
}

function shown(value: unknown): string {
  return typeof value === "string" || typeof value === "number"
    ? JSON.stringify(value)
    : describeKind(value);
}

/** No blanks and no control characters: they would end a line of a table. */
function isDeviceName(name: string): boolean {
  return /^[^\s\u0000-\u001F\u007F]{1,255}$/u.test(name); // oxlint-disable-line no-control-regex -- they are what is looked for
}
