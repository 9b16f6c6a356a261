import {
  type BlockDevice,
  isDiskInUse,
  isInUse,
  openDevice,
  removeContent,
} from "../block-devices.ts";
import { done, failed, type LinuxCommand, type LinuxCommandContext } from "../command.ts";
import { rereadTable, writeTable } from "../partition-table.ts";
import { type Options, type OptionSpec, readOptions } from "./options.ts";
import { renderTable } from "./table.ts";

const SPEC: OptionSpec = {
  program: "wipefs",
  short: "ab::fhiJnO:o:pqt:V",
  long: {
    all: "a",
    backup: "b",
    force: "f",
    noheadings: "i",
    json: "J",
    "no-act": "n",
    "output:": "O",
    "offset:": "o",
    parsable: "p",
    quiet: "q",
    "types:": "t",
  },
};
const COLUMNS = ["DEVICE", "OFFSET", "TYPE", "UUID", "LABEL"];

interface Signature {
  readonly type: string;
  readonly offset: number;
  readonly uuid: string;
  readonly label: string;
  /** As wipefs prints what it erased. */
  readonly bytes: string;
}

/** wipefs(8): shows signatures, and erases them with -a; nothing on it is no failure. */
export const wipefs: LinuxCommand = {
  path: "/usr/sbin/wipefs",
  isChange: (args) =>
    args.some((arg) => /^(?:-[A-Za-z]*[ao][A-Za-z]*|--all|--offset.*)$/u.test(arg)) &&
    !args.some((arg) => /^(?:-[A-Za-z]*n[A-Za-z]*|--no-act)$/u.test(arg)),
  run(ctx, args) {
    const read = readOptions(SPEC, args);
    if ("refusal" in read) {
      return read.refusal;
    }
    const { options } = read;
    if (options.operands.length === 0) {
      return failed(1, "wipefs: no device specified\nTry 'wipefs --help' for more information.");
    }
    const lines: string[] = [];
    const rows: { readonly row: Record<string, string>; readonly children: [] }[] = [];
    for (const path of options.operands) {
      const device = openDevice(ctx, path);
      if (device === undefined) {
        return failed(
          1,
          `wipefs: error: ${path}: probing initialization failed: No such file or directory`,
        );
      }
      const found = signaturesOf(device);
      if (!options.has("a") && !options.has("o")) {
        rows.push(
          ...found.map(({ type, offset, uuid, label }) => ({
            row: {
              DEVICE: path.replace("/dev/", ""),
              OFFSET: `0x${offset.toString(16)}`,
              TYPE: type,
              UUID: uuid,
              LABEL: label,
            },
            children: [] as [],
          })),
        );
        continue;
      }
      const wrong = erase(ctx, device, options, path);
      if (wrong !== undefined) {
        return failed(1, wrong);
      }
      lines.push(
        ...found.map(
          ({ type, offset, bytes }) =>
            `${path}: ${bytes.split(" ").length} bytes were erased at offset 0x${offset.toString(16).padStart(8, "0")} (${type}): ${bytes}\n`,
        ),
      );
    }
    if (rows.length === 0) {
      return done(options.has("q") ? "" : lines.join(""));
    }
    return done(
      renderTable(rows, COLUMNS, {
        format: options.has("J") ? "json" : "columns",
        hasHeadings: !options.has("i"),
        listName: "signatures",
        right: [],
      }),
    );
  },
};

function erase(
  ctx: LinuxCommandContext,
  device: BlockDevice,
  options: Options,
  path: string,
): string | undefined {
  const { storage } = ctx;
  const isBusy =
    device.number === undefined ? isDiskInUse(storage, device.disk) : isInUse(storage, device.path);
  if (isBusy && !options.has("f")) {
    return `wipefs: error: ${path}: probing initialization failed: Device or resource busy`;
  }
  if (device.disk.isReadOnly) {
    return `wipefs: error: ${path}: probing initialization failed: Read-only file system`;
  }
  if (options.has("n")) {
    return undefined;
  }
  removeContent(device);
  if (device.number === undefined && device.disk.table !== undefined) {
    // Only the table goes: what the partitions held is out of reach, not erased.
    writeTable(device.disk, undefined);
    rereadTable(storage, device.disk);
  }
  return undefined;
}

const OFFSETS: Readonly<Record<string, readonly [number, string]>> = {
  ext2: [0x438, "53 ef"],
  ext3: [0x438, "53 ef"],
  ext4: [0x438, "53 ef"],
  xfs: [0, "58 46 53 42"],
  btrfs: [0x10040, "5f 42 48 52 66 53 5f 4d"],
  vfat: [0x52, "46 41 54 33 32 20 20 20"],
  swap: [0xff6, "53 57 41 50 53 50 41 43 45 32"],
  LVM2_member: [0x218, "4c 56 4d 32 20 30 30 31"],
  iso9660: [0x8001, "43 44 30 30 31"],
};

function signaturesOf({ content, number, disk }: BlockDevice): readonly Signature[] {
  const list: Signature[] = [];
  if (content !== undefined && content.type !== "raw") {
    const [offset, bytes] = OFFSETS[content.type] ?? [0, "00"];
    list.push({ type: content.type, offset, bytes, uuid: content.uuid, label: content.label });
  }
  if (content?.tableType !== undefined) {
    list.push({ type: content.tableType, offset: 0x1fe, bytes: "55 aa", uuid: "", label: "" });
  }
  if (number === undefined && disk.table?.type === "gpt") {
    const efi = "45 46 49 20 50 41 52 54";
    list.push(
      { type: "gpt", offset: 0x200, bytes: efi, uuid: "", label: "" },
      { type: "gpt", offset: disk.sizeBytes - 512, bytes: efi, uuid: "", label: "" },
      { type: "PMBR", offset: 0x1fe, bytes: "55 aa", uuid: "", label: "" },
    );
  }
  if (number === undefined && disk.table?.type === "dos") {
    list.push({ type: "dos", offset: 0x1fe, bytes: "55 aa", uuid: "", label: "" });
  }
  return list;
}
