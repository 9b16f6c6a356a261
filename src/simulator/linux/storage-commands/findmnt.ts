import { findByTag, followLinks, openDevice, tagsOf, statPath } from "../block-devices.ts";
import { done, failed, type LinuxCommand, type LinuxCommandContext } from "../command.ts";
import { majorMinor } from "../storage-files.ts";
import { readFstab } from "./fstab.ts";
import { type Options, type OptionSpec, readOptions } from "./options.ts";
import { formatSize } from "./sizes.ts";
import { renderTable, type TableRow, type TreeRow } from "./table.ts";

const SPEC: OptionSpec = {
  program: "findmnt",
  short: "AabCcDd:eF:fhiJklmM:nN:o:O:PRrS:sT:t:UuvVwxy",
  long: {
    all: "A",
    ascii: "a",
    bytes: "b",
    evaluate: "e",
    "tab-file:": "F",
    fstab: "s",
    "first-only": "f",
    json: "J",
    kernel: "k",
    list: "l",
    mtab: "m",
    "mountpoint:": "M",
    noheadings: "n",
    "output:": "o",
    "options:": "O",
    pairs: "P",
    raw: "r",
    real: "real",
    "source:": "S",
    submounts: "R",
    "target:": "T",
    "types:": "t",
    uniq: "U",
    notruncate: "u",
    nofsroot: "v",
    verify: "x",
    version: "V",
  },
};
const DEFAULT_COLUMNS = ["TARGET", "SOURCE", "FSTYPE", "OPTIONS"];
const KNOWN_COLUMNS: ReadonlySet<string> = new Set([
  ...DEFAULT_COLUMNS,
  "LABEL",
  "UUID",
  "PARTLABEL",
  "PARTUUID",
  "MAJ:MIN",
  "SIZE",
  "USED",
  "AVAIL",
  "USE%",
  "FREQ",
  "PASSNO",
  "VFS-OPTIONS",
  "FS-OPTIONS",
  "FSROOT",
  "PROPAGATION",
  "ID",
  "PARENT",
]);

interface Found {
  readonly source: string;
  readonly target: string;
  readonly type: string;
  readonly options: string;
  readonly frequency?: string;
  readonly pass?: string;
}

/** findmnt(8). Exit code 1: nothing found. */
export const findmnt: LinuxCommand = {
  path: "/usr/bin/findmnt",
  isChange: () => false,
  run(ctx, args) {
    const read = readOptions(SPEC, args);
    if ("refusal" in read) {
      return read.refusal;
    }
    const { options } = read;
    if (options.has("V")) {
      return done("findmnt from util-linux 2.38.1\n");
    }
    const columns = (options.value("o")?.toUpperCase() ?? DEFAULT_COLUMNS.join(",")).split(",");
    const wrong = columns.find((column) => !KNOWN_COLUMNS.has(column));
    if (wrong !== undefined) {
      return failed(1, `findmnt: unknown column: ${wrong}`);
    }
    const rows = search(ctx, options);
    if (rows === undefined || rows.length === 0) {
      return { ...done(), exitCode: 1 };
    }
    const format = options.has("J")
      ? "json"
      : options.has("P")
        ? "pairs"
        : options.has("r")
          ? "raw"
          : "columns";
    const isTree =
      options.operands.length === 0 &&
      !isFiltered(options) &&
      !options.has("s") &&
      !options.has("l");
    return done(
      renderTable(
        isTree ? nest(ctx, rows, options) : rows.map((row) => leaf(ctx, row, options)),
        columns,
        {
          format,
          hasHeadings: !options.has("n"),
          listName: "filesystems",
          right: ["SIZE", "USED", "AVAIL", "USE%", "FREQ", "PASSNO"],
        },
      ),
    );
  },
};

function isFiltered(options: Options): boolean {
  return ["S", "T", "M", "t", "O", "f", "real"].some((name) => options.has(name));
}

function search(ctx: LinuxCommandContext, options: Options): readonly Found[] | undefined {
  const all: readonly Found[] | undefined =
    options.has("s") || options.has("F")
      ? readFstab(ctx.fs, options.value("F"))?.entries
      : ctx.storage.mounts;
  const [first, second] = options.operands;
  const source = options.value("S") ?? (second === undefined ? undefined : first);
  const target = options.value("M") ?? second;
  const path = options.value("T");
  const types = options.value("t")?.split(",");
  const either = second === undefined ? first : undefined;
  const found = (all ?? []).filter(
    (row) =>
      (source === undefined || isSource(ctx, row, source)) &&
      (target === undefined || row.target === trim(target)) &&
      (types === undefined || types.includes(row.type)) &&
      (!options.has("real") || row.source.startsWith("/dev/") || row.source.includes(":")) &&
      (either === undefined || row.target === trim(either) || isSource(ctx, row, either)),
  );
  if (path !== undefined) {
    const place = mountOf(ctx, found, path);
    return place === undefined ? [] : [place];
  }
  return options.has("f") ? found.slice(0, 1) : found;
}

function mountOf(
  ctx: LinuxCommandContext,
  rows: readonly Found[],
  path: string,
): Found | undefined {
  const place = trim(followLinks(ctx.fs, path));
  return statPath(ctx.fs, place) === undefined && !rows.some(({ target }) => target === place)
    ? undefined
    : [...rows]
        .filter(({ target }) => target === "/" || `${place}/`.startsWith(`${target}/`))
        .sort((left, right) => left.target.length - right.target.length)
        .at(-1);
}

function isSource(ctx: LinuxCommandContext, row: Found, wanted: string): boolean {
  const found = findByTag(ctx, wanted);
  return (
    row.source === wanted ||
    (found !== undefined && findByTag(ctx, row.source)?.path === found.path)
  );
}

function trim(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/u, "") : path;
}

function nest(ctx: LinuxCommandContext, rows: readonly Found[], options: Options): TreeRow[] {
  const root = rows.find(({ target }) => target === "/");
  return root === undefined
    ? rows.map((row) => leaf(ctx, row, options))
    : [
        {
          ...leaf(ctx, root, options),
          children: rows.filter((row) => row !== root).map((row) => leaf(ctx, row, options)),
        },
      ];
}

function leaf(ctx: LinuxCommandContext, row: Found, options: Options): TreeRow {
  return { row: rowOf(ctx, row, options), children: [] };
}

function rowOf(ctx: LinuxCommandContext, row: Found, options: Options): TableRow {
  const device = options.has("s") && !options.has("e") ? undefined : findByTag(ctx, row.source);
  const size = (bytes: number | undefined): string | number | undefined =>
    bytes === undefined || options.has("b") ? bytes : formatSize(bytes);
  const content = openDevice(ctx, device?.path ?? row.source)?.content;
  const tags = device === undefined ? {} : tagsOf(device);
  const text = (name: string): string | undefined => (tags[name] === "" ? undefined : tags[name]);
  return {
    TARGET: row.target,
    SOURCE: options.has("e") ? (device?.path ?? row.source) : row.source,
    FSTYPE: row.type,
    OPTIONS: row.options,
    "VFS-OPTIONS": row.options,
    "FS-OPTIONS": "rw",
    FSROOT: "/",
    PROPAGATION: "shared",
    ID: 20,
    PARENT: 1,
    "MAJ:MIN": device === undefined ? "0:20" : majorMinor(ctx.storage, device.path),
    LABEL: text("LABEL"),
    UUID: text("UUID"),
    PARTLABEL: text("PARTLABEL"),
    PARTUUID: text("PARTUUID"),
    SIZE: size(content?.sizeBytes),
    USED: size(content?.usedBytes),
    AVAIL: size(content === undefined ? undefined : content.sizeBytes - content.usedBytes),
    "USE%":
      content === undefined
        ? undefined
        : `${Math.floor((content.usedBytes * 100) / content.sizeBytes)}%`,
    FREQ: row.frequency ?? 0,
    PASSNO: row.pass ?? 0,
  };
}
