import { Buffer } from "node:buffer";
import {
  addContent,
  followLinks,
  isDiskInUse,
  isInUse,
  openDevice,
  statPath,
} from "../block-devices.ts";
import { done, failed, type LinuxCommand, type LinuxCommandContext } from "../command.ts";
import { createUuid } from "./create-uuid.ts";
import { type OptionSpec, readOptions } from "./options.ts";
import { formatSize } from "./sizes.ts";
import { createSwapHeader } from "./swap-header.ts";

const SPEC: OptionSpec = {
  program: "mkswap",
  short: "cfe:hL:p:qU:v:V",
  long: {
    check: "c",
    force: "f",
    "label:": "L",
    "pagesize:": "p",
    "uuid:": "U",
    quiet: "q",
    lock: "lock",
    verbose: "verbose",
  },
};
const PAGE_BYTES = 4_096;
const SIZE_MIN = 10 * PAGE_BYTES;
const LABEL_LENGTH_MAX = 15;

/** mkswap(8), on a device or on a file that has its size already. */
export const mkswap: LinuxCommand = {
  path: "/usr/sbin/mkswap",
  isChange: () => true,
  run(ctx, args) {
    const read = readOptions(SPEC, args);
    if ("refusal" in read) {
      return read.refusal;
    }
    const { options } = read;
    const [path] = options.operands;
    if (path === undefined) {
      return failed(1, "mkswap: error: Nowhere to set up swap on?");
    }
    const given = options.value("U");
    if (given !== undefined && !/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu.test(given)) {
      return failed(1, "mkswap: error: parsing UUID failed");
    }
    const wanted = options.value("L") ?? "";
    const area = {
      label: wanted.slice(0, LABEL_LENGTH_MAX),
      uuid: given?.toLowerCase() ?? createUuid(ctx),
    };
    const made = makeArea(ctx, path, area, options.has("f"));
    if ("reason" in made) {
      return failed(1, made.reason);
    }
    const bytes = made.sizeBytes - PAGE_BYTES;
    const text = `Setting up swapspace version 1, size = ${formatSize(bytes).replace(/([KMGT])$/u, " $1iB")} (${bytes} bytes)\n${area.label === "" ? "no label" : `LABEL=${area.label}`}, UUID=${area.uuid}\n`;
    const warning = wanted.length > LABEL_LENGTH_MAX ? "mkswap: Label was truncated.\n" : "";
    return { ...done(options.has("q") ? "" : text), stderr: `${made.warning}${warning}` };
  },
};

type Made = { readonly sizeBytes: number; readonly warning: string } | { readonly reason: string };

function makeArea(
  ctx: LinuxCommandContext,
  path: string,
  area: { readonly label: string; readonly uuid: string },
  isForced: boolean,
): Made {
  const { fs, storage } = ctx;
  const device = openDevice(ctx, path);
  if (storage.mounts.some(({ source }) => source === (device?.path ?? path))) {
    return { reason: `mkswap: error: ${path} is mounted; will not make swapspace` };
  }
  if (device === undefined) {
    const place = followLinks(fs, path);
    const stat = statPath(fs, place);
    if (stat?.kind !== "file") {
      return { reason: `mkswap: cannot open ${path}: No such file or directory` };
    }
    if (storage.swaps.some((swap) => swap.path === place)) {
      return { reason: `mkswap: cannot open ${path}: Text file busy` };
    }
    if (stat.sizeBytes < SIZE_MIN) {
      return { reason: "mkswap: error: swap area needs to be at least 40 KiB" };
    }
    ctx.placeFile(place, {
      sizeBytes: stat.sizeBytes,
      head: Buffer.concat([
        createSwapHeader(area, stat.sizeBytes),
        // What is behind the header says how the file was made.
        fs.readBytes(place).subarray(PAGE_BYTES),
      ]),
    });
    const mode = (stat.mode & 0o777).toString(8).padStart(4, "0");
    return {
      sizeBytes: stat.sizeBytes,
      warning:
        (stat.mode & 0o077) === 0
          ? ""
          : `mkswap: ${path}: insecure permissions ${mode}, fix with: chmod 0600 ${path}\n`,
    };
  }
  const isBusy =
    device.number === undefined ? isDiskInUse(storage, device.disk) : isInUse(storage, device.path);
  if (isBusy) {
    return { reason: `mkswap: cannot open ${path}: Device or resource busy` };
  }
  if (device.number === undefined && device.disk.table !== undefined && !isForced) {
    return {
      sizeBytes: device.sizeBytes,
      warning: `mkswap: ${path}: warning: don't erase bootbits sectors\n        (${device.disk.table.type} partition table detected). Use -f to force.\n`,
    };
  }
  const old = device.content?.type;
  if (device.number === undefined) {
    delete device.disk.table;
    device.disk.kernel = [];
  }
  addContent(device.disk, device.startSector, {
    type: "swap",
    ...area,
    sizeBytes: device.sizeBytes,
    usedBytes: 0,
  });
  return {
    sizeBytes: device.sizeBytes,
    warning:
      old === undefined || old === "raw"
        ? ""
        : `mkswap: ${path}: warning: wiping old ${old} signature.\n`,
  };
}
