import { parseSize } from "./sizes.ts";

/** What sfdisk(8) reads from standard input. */
export interface PartitionScript {
  readonly headers: ReadonlyMap<string, string>;
  readonly partitions: readonly ScriptPartition[];
  /** "line 1: unsupported command" */
  readonly error?: string;
}

/** Sizes and starts in sectors; absent: sfdisk chooses. */
export interface ScriptPartition {
  /** Of a line that begins with "/dev/sda2 :". */
  readonly number?: number;
  readonly startSector?: number;
  readonly sectors?: number;
  /** The size was given with a unit: the partition ends at a full MiB. */
  readonly isRounded?: boolean;
  readonly type?: string;
  readonly uuid?: string;
  readonly name?: string;
  readonly isBootable: boolean;
}

const SECTOR_BYTES = 512;
const HEADERS: ReadonlySet<string> = new Set([
  "label",
  "label-id",
  "device",
  "unit",
  "first-lba",
  "last-lba",
  "table-length",
  "grain",
  "sector-size",
]);

/** Headers, then one line for each partition: "start=…, size=…, type=…" or "start,size,type,bootable". */
export function parsePartitionScript(text: string): PartitionScript {
  const headers = new Map<string, string>();
  const partitions: ScriptPartition[] = [];
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    const header = /^([a-z][a-z-]*):\s*(\S+)$/u.exec(line);
    if (line === "" || line.startsWith("#")) {
      continue;
    }
    if (["quit", "abort", "write"].includes(line)) {
      return line === "write" ? { headers, partitions } : { headers, partitions, error: "" };
    }
    if (header !== null && partitions.length === 0) {
      // Unknown headers are ignored.
      if (HEADERS.has(header[1] ?? "")) {
        headers.set(header[1] ?? "", header[2] ?? "");
      }
      continue;
    }
    const partition = parseLine(line);
    if (partition === undefined) {
      return { headers, partitions, error: `line ${index + 1}: unsupported command` };
    }
    partitions.push(partition);
  }
  return { headers, partitions };
}

function parseLine(line: string): ScriptPartition | undefined {
  const named = /^\S*?(\d+)\s*:\s*(.*)$/u.exec(line);
  const body = named === null ? line : (named[2] ?? "");
  const number = named === null ? {} : { number: Number(named[1]) };
  if (/(?:start|size|type|Id|uuid|name)\s*=|^bootable/u.test(body)) {
    return { ...number, ...parseNamed(body) };
  }
  if (!/^[\d,;+*\s-]|^[A-Z0-9-]+\s*(?:,|;|$)/u.test(body)) {
    return undefined;
  }
  const words = body.replace(/;.*$/u, "").includes(",")
    ? body.replace(/;.*$/u, "").split(",")
    : body.replace(/;.*$/u, "").split(/\s+/u);
  const [start = "", size = "", type = "", boot = ""] = words.map((word) => word.trim());
  return {
    ...number,
    ...sectorsOf("startSector", start),
    ...sectorsOf("sectors", size),
    isRounded: !/^\d+$/u.test(size),
    ...(type === "" || type === "-" ? {} : { type }),
    isBootable: boot === "*",
  };
}

function parseNamed(body: string): ScriptPartition {
  const field = (name: string): string =>
    new RegExp(`(?:^|[\\s,])${name}\\s*=\\s*(?:"([^"]*)"|([^,\\s]+))`, "u")
      .exec(body)
      ?.slice(1)
      .find((value) => value !== undefined) ?? "";
  const type = field("type") === "" ? field("Id") : field("type");
  return {
    ...sectorsOf("startSector", field("start")),
    ...sectorsOf("sectors", field("size")),
    isRounded: !/^\d+$/u.test(field("size")),
    ...(type === "" ? {} : { type }),
    ...(field("uuid") === "" ? {} : { uuid: field("uuid") }),
    ...(field("name") === "" ? {} : { name: field("name") }),
    isBootable: /(?:^|[\s,])bootable\b/u.test(body),
  };
}

/** Bare numbers are sectors; "+" and "-" leave it to sfdisk. */
function sectorsOf<Name extends "startSector" | "sectors">(
  name: Name,
  text: string,
): Partial<Record<Name, number>> {
  const bytes = /^\d+$/u.test(text)
    ? Number(text) * SECTOR_BYTES
    : parseSize(text.replace(/^\+(?=\d)/u, ""));
  const found: Partial<Record<"startSector" | "sectors", number>> =
    bytes === undefined ? {} : { [name]: Math.floor(bytes / SECTOR_BYTES) };
  return found;
}
