import { type BlockDevice, entryOf, listDevices, openDevice, tagsOf } from "../block-devices.ts";
import { done, type LinuxCommand, type LinuxCommandContext } from "../command.ts";
import { LINUX_GUID } from "../partition-table.ts";
import { majorMinor } from "../storage-files.ts";
import { type Options, type OptionSpec, readOptions } from "./options.ts";
import { formatSize } from "./sizes.ts";
import { renderTable, type TableCell, type TableRow, type TreeRow } from "./table.ts";

const SPEC: OptionSpec = {
  program: "lsblk",
  short: "AabdDe:E:fhI:iJlLMmno:OpPrsStTvVw:x:yz",
  long: {
    all: "a",
    bytes: "b",
    nodeps: "d",
    "exclude:": "e",
    fs: "f",
    "include:": "I",
    ascii: "i",
    json: "J",
    list: "l",
    noheadings: "n",
    "output:": "o",
    "output-all": "O",
    paths: "p",
    pairs: "P",
    raw: "r",
    inverse: "s",
    noempty: "A",
    tree: "T",
    version: "V",
  },
};
const DEFAULT_COLUMNS = ["NAME", "MAJ:MIN", "RM", "SIZE", "RO", "TYPE", "MOUNTPOINTS"];
const FS_COLUMNS = ["NAME", "FSTYPE", "FSVER", "LABEL", "UUID", "FSAVAIL", "FSUSE%", "MOUNTPOINTS"];
const RIGHT = [
  "SIZE",
  "RM",
  "RO",
  "FSSIZE",
  "FSAVAIL",
  "FSUSED",
  "FSUSE%",
  "START",
  "LOG-SEC",
  "PHY-SEC",
];
const NOT_FOUND = 32;
const SOME_FOUND = 64;

/** lsblk(8). Exit codes 32: none of the devices is there; 64: some are. */
export const lsblk: LinuxCommand = {
  path: "/usr/bin/lsblk",
  isChange: () => false,
  run(ctx, args) {
    const read = readOptions(SPEC, args);
    if ("refusal" in read) {
      return read.refusal;
    }
    const { options } = read;
    if (options.has("V")) {
      return done("lsblk from util-linux 2.38.1\n");
    }
    const columns = columnsOf(options);
    const wrong = columns.find((column) => !KNOWN_COLUMNS.has(column));
    if (wrong !== undefined) {
      return { exitCode: 1, stdout: "", stderr: `lsblk: unknown column: ${wrong}\n` };
    }
    const missing: string[] = [];
    const devices =
      options.operands.length === 0
        ? listDevices(ctx.storage).filter(({ number }) => number === undefined)
        : options.operands.flatMap((path) => {
            const device = openDevice(ctx, path);
            if (device === undefined) {
              missing.push(`lsblk: ${path}: not a block device\n`);
            }
            return device ?? [];
          });
    const rows = devices.map((device) => treeOf(ctx, device, options));
    const isList = ["P", "r", "l"].some((flag) => options.has(flag)) || !columns.includes("NAME");
    const stdout = renderTable(isList ? rows.flatMap(flat) : rows, columns, {
      format: options.has("J")
        ? "json"
        : options.has("P")
          ? "pairs"
          : options.has("r")
            ? "raw"
            : "columns",
      hasHeadings: !options.has("n"),
      listName: "blockdevices",
      right: RIGHT,
    });
    return {
      exitCode: missing.length === 0 ? 0 : devices.length === 0 ? NOT_FOUND : SOME_FOUND,
      stdout: devices.length === 0 ? "" : stdout,
      stderr: missing.join(""),
    };
  },
};

function columnsOf(options: Options): readonly string[] {
  const wanted = options.value("o")?.toUpperCase();
  const base = options.has("O")
    ? [...KNOWN_COLUMNS]
    : options.has("f")
      ? FS_COLUMNS
      : DEFAULT_COLUMNS;
  if (wanted === undefined) {
    return base;
  }
  return wanted.startsWith("+") ? [...base, ...wanted.slice(1).split(",")] : wanted.split(",");
}

function treeOf(ctx: LinuxCommandContext, device: BlockDevice, options: Options): TreeRow {
  const isDisk = device.number === undefined && !options.has("d") && !options.has("s");
  const partitions = isDisk
    ? listDevices(ctx.storage).filter(
        ({ disk, number }) => disk === device.disk && number !== undefined,
      )
    : [];
  return {
    row: rowOf(ctx, device, options),
    children: partitions.map((partition) => ({
      row: rowOf(ctx, partition, options),
      children: [],
    })),
  };
}

function flat({ row, children }: TreeRow): readonly TreeRow[] {
  return [{ row, children: [] }, ...children];
}

/** Names that libblkid has for types of partitions; others are left out here. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  "83": "Linux",
  "82": "Linux swap / Solaris",
  [LINUX_GUID]: "Linux filesystem",
};
/** Columns that are always empty here. */
const EMPTY_COLUMNS = ["MODEL", "SERIAL", "WWN", "TRAN", "VENDOR", "STATE", "PARTFLAGS"];
const KNOWN_COLUMNS: ReadonlySet<string> = new Set([
  "NAME",
  "KNAME",
  "PATH",
  "PKNAME",
  "MAJ:MIN",
  "RM",
  "RO",
  "HOTPLUG",
  "ROTA",
  "TYPE",
  "SIZE",
  "START",
  "LOG-SEC",
  "PHY-SEC",
  "FSTYPE",
  "FSVER",
  "LABEL",
  "UUID",
  "FSSIZE",
  "FSUSED",
  "FSAVAIL",
  "FSUSE%",
  "MOUNTPOINT",
  "MOUNTPOINTS",
  "PTUUID",
  "PTTYPE",
  "PARTTYPE",
  "PARTTYPENAME",
  "PARTLABEL",
  "PARTUUID",
  ...EMPTY_COLUMNS,
]);

function rowOf(ctx: LinuxCommandContext, device: BlockDevice, options: Options): TableRow {
  const { disk, number, path, name, content } = device;
  const size = (bytes: number): TableCell => (options.has("b") ? bytes : formatSize(bytes));
  const shown = (text: string): string => (options.has("p") ? `/dev/${text}` : text);
  const tags = tagsOf(device);
  const entry = entryOf(device);
  const mounts = mountPoints(ctx, path);
  const isMounted = mounts.length > 0 && content !== undefined && content.type !== "swap";
  const usedPercent =
    content === undefined ? 0 : Math.floor((content.usedBytes * 100) / content.sizeBytes);
  return {
    NAME: shown(name),
    KNAME: shown(name),
    PATH: path,
    PKNAME: number === undefined ? undefined : shown(disk.name),
    "MAJ:MIN": majorMinor(ctx.storage, path),
    RM: disk.kind === "rom",
    RO: disk.isReadOnly && disk.kind !== "rom",
    HOTPLUG: disk.kind === "rom",
    ROTA: false,
    TYPE: number === undefined ? disk.kind : "part",
    SIZE: size(device.sizeBytes),
    START: number === undefined ? undefined : device.startSector,
    "LOG-SEC": 512,
    "PHY-SEC": 512,
    FSTYPE: content?.type === "raw" ? undefined : content?.type,
    FSVER: /^ext\d$/u.test(content?.type ?? "") ? "1.0" : undefined,
    LABEL: tags["LABEL"] === "" ? undefined : tags["LABEL"],
    UUID: tags["UUID"] === "" ? undefined : tags["UUID"],
    FSSIZE: isMounted ? size(content.sizeBytes) : undefined,
    FSUSED: isMounted ? size(content.usedBytes) : undefined,
    FSAVAIL: isMounted ? size(content.sizeBytes - content.usedBytes) : undefined,
    "FSUSE%": isMounted ? `${usedPercent}%` : undefined,
    MOUNTPOINT: mounts[0],
    MOUNTPOINTS: mounts.length === 0 ? [undefined] : mounts,
    PTUUID: disk.table?.id.replace(/^0x/u, "").toLowerCase(),
    PTTYPE: disk.table?.type,
    PARTTYPE:
      entry === undefined
        ? undefined
        : entry.table.type === "dos"
          ? `0x${entry.partition.type}`
          : entry.partition.type.toLowerCase(),
    PARTTYPENAME: TYPE_NAMES[entry?.partition.type ?? ""],
    PARTLABEL: tags["PARTLABEL"] === "" ? undefined : tags["PARTLABEL"],
    PARTUUID: tags["PARTUUID"] === "" ? undefined : tags["PARTUUID"],
  };
}

function mountPoints({ storage }: LinuxCommandContext, path: string): readonly string[] {
  const isSwap = storage.swaps.some((swap) => swap.path === path);
  return [
    ...storage.mounts.filter(({ source }) => source === path).map(({ target }) => target),
    ...(isSwap ? ["[SWAP]"] : []),
  ];
}
