import {
  type BlockDevice,
  entryOf,
  findByTag,
  listDevices,
  openDevice,
  tagsOf,
} from "../block-devices.ts";
import { done, failed, type LinuxCommand, type LinuxCommandContext } from "../command.ts";
import { majorMinor } from "../storage-files.ts";
import { type OptionSpec, readOptions } from "./options.ts";

const SPEC: OptionSpec = {
  program: "blkid",
  short: "c:dghilL:n:o:O:ps:S:t:u:U:Vw:",
  long: {
    "output:": "o",
    "match-tag:": "s",
    "match-token:": "t",
    "label:": "L",
    "uuid:": "U",
    "cache-file:": "c",
    probe: "p",
    "list-one": "l",
    "no-encoding": "d",
    "garbage-collect": "g",
    version: "V",
  },
  usageExitCode: 4,
};
const NOT_FOUND = 2;

type Tag = readonly [string, string];

/** blkid(8). Exit code 2: nothing found. A partition without anything on it still has its PARTUUID. */
export const blkid: LinuxCommand = {
  path: "/usr/sbin/blkid",
  isChange: () => false,
  run(ctx, args) {
    const read = readOptions(SPEC, args);
    if ("refusal" in read) {
      return read.refusal;
    }
    const { options } = read;
    if (options.has("V")) {
      return done("blkid from util-linux 2.38.1  (libblkid 2.38.1, 04-Aug-2022)\n");
    }
    const label = options.value("L");
    const uuid = options.value("U");
    if (label !== undefined || uuid !== undefined) {
      const found = findByTag(ctx, label === undefined ? `UUID=${uuid ?? ""}` : `LABEL=${label}`);
      return found === undefined ? { ...done(), exitCode: NOT_FOUND } : done(`${found.path}\n`);
    }
    const isProbe = options.has("p");
    if (isProbe && options.operands.length === 0) {
      return failed(4, "blkid: The low-level probing mode requires a device");
    }
    const devices =
      options.operands.length === 0
        ? listDevices(ctx.storage)
        : options.operands.flatMap((path) => {
            const device = openDevice(ctx, path);
            return device === undefined ? [] : [device];
          });
    const token = options.value("t")?.split("=");
    const wanted = options.flags.get("s");
    const found = devices
      .map((device) => ({ device, tags: tagList(ctx, device, isProbe) }))
      .filter(
        ({ tags }) =>
          tags.length > 0 &&
          (token === undefined ||
            tags.some(([name, value]) => name === token[0] && value === token[1])),
      );
    if (found.length === 0) {
      return { ...done(), exitCode: NOT_FOUND };
    }
    const format = options.value("o") ?? "full";
    if (!["full", "value", "export", "device", "udev", "list"].includes(format)) {
      return failed(4, `blkid: unsupported output format ${format}`);
    }
    const shown = found.map(({ device, tags }) => ({
      device,
      tags: tags.filter(([name]) => wanted === undefined || wanted.includes(name)),
    }));
    return done(
      shown
        .map(({ device, tags }) => renderTags(device, tags, format))
        .filter((text) => text !== "")
        .join(format === "export" || format === "udev" ? "\n" : ""),
    );
  },
};

function renderTags(device: BlockDevice, tags: readonly Tag[], format: string): string {
  switch (format) {
    case "value":
      return tags.map(([, value]) => `${value}\n`).join("");
    case "device":
      return `${device.path}\n`;
    case "export":
      return tags.length === 0
        ? ""
        : `DEVNAME=${device.path}\n${tags.map(([name, value]) => `${name}=${value.replaceAll(/[\s"\\$`]/gu, "\\$&")}\n`).join("")}`;
    case "udev":
      return tags.map(([name, value]) => `${udevName(name)}=${value}\n`).join("");
    default:
      return tags.length === 0
        ? ""
        : `${device.path}: ${tags.map(([name, value]) => `${name}="${value.replaceAll(/["\\]/gu, "\\$&")}"`).join(" ")}\n`;
  }
}

function udevName(name: string): string {
  return name.startsWith("PART_ENTRY") || name.startsWith("PT") ? `ID_${name}` : `ID_FS_${name}`;
}

/** Tags in the order of libblkid. */
function tagList(ctx: LinuxCommandContext, device: BlockDevice, isProbe: boolean): readonly Tag[] {
  const { content, disk } = device;
  const tags: Tag[] = [];
  if (content !== undefined && content.type !== "raw") {
    const isFileSystem = !["swap", "LVM2_member", "crypto_LUKS"].includes(content.type);
    tags.push(
      ["LABEL", content.label],
      ["UUID", content.uuid],
      ["VERSION", isProbe ? versionOf(content.type) : ""],
      ["BLOCK_SIZE", isFileSystem ? blockSizeOf(content.type) : ""],
      ["TYPE", content.type],
      ["USAGE", isProbe ? usageOf(content.type) : ""],
    );
  }
  if (content?.tableType !== undefined) {
    tags.push(["PTTYPE", content.tableType]);
  }
  if (device.number === undefined && disk.table !== undefined) {
    tags.push(
      ["PTUUID", disk.table.id.replace(/^0x/u, "").toLowerCase()],
      ["PTTYPE", disk.table.type],
    );
  }
  const { PARTLABEL = "", PARTUUID = "" } = tagsOf(device);
  if (!isProbe) {
    tags.push(["PARTLABEL", PARTLABEL], ["PARTUUID", PARTUUID]);
  }
  const entry = entryOf(device);
  if (isProbe && entry !== undefined) {
    const { table, partition } = entry;
    tags.push(
      ["PART_ENTRY_SCHEME", table.type],
      ["PART_ENTRY_NAME", PARTLABEL],
      ["PART_ENTRY_UUID", PARTUUID],
      [
        "PART_ENTRY_TYPE",
        table.type === "dos" ? `0x${partition.type}` : partition.type.toLowerCase(),
      ],
      ["PART_ENTRY_NUMBER", String(partition.number)],
      ["PART_ENTRY_OFFSET", String(partition.startSector)],
      ["PART_ENTRY_SIZE", String(partition.sectors)],
      ["PART_ENTRY_DISK", majorMinor(ctx.storage, `/dev/${disk.name}`)],
    );
  }
  return tags.filter(([, value]) => value !== "");
}

function versionOf(type: string): string {
  return /^ext\d$/u.test(type) ? "1.0" : type === "swap" ? "1" : type === "vfat" ? "FAT32" : "";
}

function usageOf(type: string): string {
  return type === "swap"
    ? "other"
    : type === "crypto_LUKS"
      ? "crypto"
      : type === "LVM2_member"
        ? "raid"
        : "filesystem";
}

function blockSizeOf(type: string): string {
  return type === "xfs" || type === "vfat" ? "512" : type === "iso9660" ? "2048" : "4096";
}
