import { Buffer } from "node:buffer";
import { findByTag, followLinks, mountOfPath, statPath } from "../block-devices.ts";
import {
  done,
  failed,
  type LinuxCommand,
  type LinuxCommandContext,
  type LinuxOutcome,
} from "../command.ts";
import { readFstab } from "./fstab.ts";
import { hasHoles } from "./large-files.ts";
import { type Options, type OptionSpec, readOptions } from "./options.ts";
import { formatSize } from "./sizes.ts";
import { isSwapArea } from "./swap-header.ts";
import { renderTable } from "./table.ts";

const ON: OptionSpec = {
  program: "swapon",
  short: "ad::efhL:o:p:sU:vV",
  long: {
    all: "a",
    discard: "d",
    ifexists: "e",
    fixpgsz: "f",
    "options:": "o",
    "priority:": "p",
    summary: "s",
    show: "show",
    noheadings: "noheadings",
    raw: "raw",
    bytes: "bytes",
    verbose: "v",
    version: "V",
  },
  usageExitCode: 16,
};
const OFF: OptionSpec = {
  program: "swapoff",
  short: "aehL:U:vV",
  long: { all: "a", ifexists: "e", verbose: "v" },
};
const ON_FAILED = 255;
const OFF_FAILED = 4;
const PAGE_KIB = 4;
const COLUMNS = ["NAME", "TYPE", "SIZE", "USED", "PRIO"];

/** swapon(8). Exit code 255: failed. */
export const swapon: LinuxCommand = {
  path: "/usr/sbin/swapon",
  isChange: (args) =>
    args.length > 0 && !args.some((arg) => /^(?:--show.*|-s|--summary|-V|--version)$/u.test(arg)),
  run(ctx, args) {
    // getopt_long takes a value for --show only behind "=".
    const shown = args.find((arg) => arg.startsWith("--show="))?.slice("--show=".length);
    const read = readOptions(
      ON,
      args.map((arg) => (arg.startsWith("--show=") ? "--show" : arg)),
    );
    if ("refusal" in read) {
      return read.refusal;
    }
    const { options } = read;
    if (options.has("show") || args.length === 0) {
      return show(ctx, options, shown);
    }
    if (options.has("s")) {
      return done(Buffer.from(ctx.fs.readBytes("/proc/swaps")).toString());
    }
    const priority = Number(options.value("p") ?? "-1");
    const failures = options.has("a") ? activateAll(ctx, options.has("e")) : [];
    const warnings: string[] = [];
    for (const source of sourcesOf(options)) {
      const place = findByTag(ctx, source)?.path ?? followLinks(ctx.fs, source);
      if (options.has("e") && statPath(ctx.fs, place) === undefined) {
        continue;
      }
      const reason = activate(ctx, source, priority, warnings);
      if (reason !== undefined) {
        failures.push(reason);
      }
    }
    const stderr = [...warnings, ...failures].map((line) => `${line}\n`).join("");
    return { exitCode: failures.length === 0 ? 0 : ON_FAILED, stdout: "", stderr };
  },
};

function sourcesOf(options: Options): readonly string[] {
  return [
    ...(options.flags.get("L") ?? []).map((label) => `LABEL=${label}`),
    ...(options.flags.get("U") ?? []).map((uuid) => `UUID=${uuid}`),
    ...options.operands,
  ];
}

function show(
  ctx: LinuxCommandContext,
  options: Options,
  columns: string | undefined,
): LinuxOutcome {
  const { swaps } = ctx.storage;
  const wanted =
    columns === undefined || columns === "" ? COLUMNS : columns.toUpperCase().split(",");
  const wrong = wanted.find((column) => ![...COLUMNS, "UUID", "LABEL"].includes(column));
  if (wrong !== undefined) {
    return failed(1, `swapon: unknown column: ${wrong}`);
  }
  const size = (kib: number): string =>
    options.has("bytes") ? String(kib * 1_024) : formatSize(kib * 1_024);
  const rows = swaps.map(({ path, kind, sizeKb, priority }) => {
    const content = findByTag(ctx, path)?.content;
    return {
      row: {
        NAME: path,
        TYPE: kind,
        SIZE: size(sizeKb),
        USED: options.has("bytes") ? "0" : "0B",
        PRIO: priority,
        UUID: content?.uuid,
        LABEL: content?.label,
      },
      children: [],
    };
  });
  return done(
    rows.length === 0
      ? ""
      : renderTable(rows, wanted, {
          format: options.has("raw") ? "raw" : "columns",
          hasHeadings: !options.has("noheadings"),
          listName: "swaps",
          right: ["SIZE", "USED", "PRIO"],
        }),
  );
}

/** `swapon -a`: what is active, and `noauto`, is passed over; `nofail` with a missing device is no failure. */
function activateAll(ctx: LinuxCommandContext, isIfExists: boolean): string[] {
  const failures: string[] = [];
  for (const entry of readFstab(ctx.fs)?.entries ?? []) {
    const words = entry.options.split(",");
    const path = findByTag(ctx, entry.source)?.path ?? followLinks(ctx.fs, entry.source);
    const isThere = statPath(ctx.fs, path) !== undefined;
    if (
      entry.type !== "swap" ||
      words.includes("noauto") ||
      ctx.storage.swaps.some((swap) => swap.path === path) ||
      (!isThere && (isIfExists || words.includes("nofail")))
    ) {
      continue;
    }
    const priority = words.find((word) => word.startsWith("pri="))?.slice(4);
    const reason = activate(ctx, entry.source, Number(priority ?? "-1"), []);
    if (reason !== undefined) {
      failures.push(reason);
    }
  }
  return failures;
}

/** What is wrong, or undefined. */
function activate(
  ctx: LinuxCommandContext,
  source: string,
  priority: number,
  warnings: string[],
): string | undefined {
  const { storage, fs } = ctx;
  const device = findByTag(ctx, source);
  const path = device?.path ?? followLinks(fs, source);
  const stat = statPath(fs, path);
  if (stat === undefined) {
    return /^(?:LABEL|UUID|PARTLABEL|PARTUUID)=/u.test(source)
      ? `swapon: cannot find the device for ${source}`
      : `swapon: cannot open ${source}: No such file or directory`;
  }
  if (stat.kind === "directory") {
    return `swapon: cannot open ${source}: Is a directory`;
  }
  if (storage.swaps.some((swap) => swap.path === path)) {
    return `swapon: ${source}: swapon failed: Device or resource busy`;
  }
  if (device === undefined ? !isSwapArea(fs.readBytes(path)) : device.content?.type !== "swap") {
    return `swapon: ${source}: read swap header failed`;
  }
  if (device === undefined) {
    if ((stat.mode & 0o077) !== 0) {
      warnings.push(
        `swapon: ${source}: insecure permissions ${(stat.mode & 0o777).toString(8).padStart(4, "0")}, 0600 suggested.`,
      );
    }
    if (hasHoles(fs.readBytes(path))) {
      return `swapon: ${source}: skipping - it appears to have holes.`;
    }
    if (mountOfPath(ctx, path)?.type === "btrfs" && !storage.noCopyOnWrite.includes(path)) {
      return `swapon: ${source}: swapon failed: Invalid argument`;
    }
  }
  const lowest = Math.min(-1, ...storage.swaps.map((swap) => swap.priority));
  storage.swaps.push({
    path,
    kind: device === undefined ? "file" : "partition",
    sizeKb: Math.floor((device?.sizeBytes ?? stat.sizeBytes) / 1_024) - PAGE_KIB,
    priority: priority >= 0 ? priority : lowest - 1,
  });
  return undefined;
}

/** swapoff(8). Exit code 4: failed. */
export const swapoff: LinuxCommand = {
  path: "/usr/sbin/swapoff",
  isChange: () => true,
  run(ctx, args) {
    const read = readOptions(OFF, args);
    if ("refusal" in read) {
      return read.refusal;
    }
    const { options } = read;
    const { storage, fs } = ctx;
    if (options.has("a")) {
      storage.swaps = [];
    }
    const failures: string[] = [];
    for (const source of sourcesOf(options)) {
      const path = findByTag(ctx, source)?.path ?? followLinks(fs, source);
      if (storage.swaps.some((swap) => swap.path === path)) {
        storage.swaps = storage.swaps.filter((swap) => swap.path !== path);
      } else if (!options.has("e") || statPath(fs, path) !== undefined) {
        const reason =
          statPath(fs, path) === undefined ? "No such file or directory" : "Invalid argument";
        failures.push(`swapoff: ${source}: swapoff failed: ${reason}`);
      }
    }
    return failures.length === 0 ? done() : failed(OFF_FAILED, failures.join("\n"));
  },
};
