import { Buffer } from "node:buffer";
import { asBytes } from "../posix/edit-file.ts";

export const FSTAB_PATH = "/etc/fstab";
/** The option that marks an entry as cloud-init's own. */
const OWN_OPTION = "comment=cloudconfig";

/** A line of fstab(5), or of /proc/mounts, which has the same fields. */
export interface FstabEntry {
  /** "/dev/vdb1", "LABEL=data", "server:/export", "tmpfs". */
  readonly device: string;
  /** "none" for swap. */
  readonly mountPoint: string;
  readonly type: string;
  readonly options: readonly string[];
  readonly dump: string;
  readonly pass: string;
}

/** The entries of a table; comments and what is too short for an entry are left out. */
export function parseFstab(text: string): readonly FstabEntry[] {
  return text.split("\n").flatMap((line) => parseLine(line) ?? []);
}

/** The line of an entry of ours, marked as such. */
export function formatOwnEntry(entry: FstabEntry): string {
  const options = [...entry.options.filter((option) => option !== OWN_OPTION), OWN_OPTION];
  const { device, mountPoint, type, dump, pass } = entry;
  return [device, mountPoint, type, options.join(","), dump, pass].map(escapeField).join("\t");
}

/** Whether cloud-init, ours or another, wrote the entry. */
export function isOwnEntry(entry: FstabEntry): boolean {
  return entry.options.includes(OWN_OPTION);
}

/**
 * The table with these lines as the only ones of ours; every other byte stays. `text` is Latin-1,
 * one character a byte, as `editFile` has it. A table whose lines of ours are these already, in this
 * order, stays as it is, wherever they stand.
 */
export function withOwnLines(text: string, lines: readonly string[]): string {
  const wanted = lines.map(asBytes);
  const isOwn = (line: string): boolean => {
    const entry = parseLine(line);
    return entry !== undefined && isOwnEntry(entry);
  };
  const all = text.split("\n");
  const present = all.filter(isOwn);
  if (present.length === wanted.length && present.every((line, at) => line === wanted[at])) {
    return text;
  }
  const rest = all.filter((line) => !isOwn(line)).join("\n");
  const lineEnd = rest === "" || rest.endsWith("\n") ? "" : "\n";
  return `${rest}${lineEnd}${wanted.map((line) => `${line}\n`).join("")}`;
}

/** fstab(5): blanks are written as octal numbers; a "#" at the beginning would make a comment. */
function escapeField(text: string): string {
  return text
    .replaceAll(/[\u0000-\u0020\\\u007F]/gu, octal) // oxlint-disable-line no-control-regex -- they are what is escaped
    .replace(/^#/u, octal);
}

function octal(character: string): string {
  return `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`;
}

function parseLine(line: string): FstabEntry | undefined {
  const trimmed = line.trim();
  if (trimmed === "" || trimmed.startsWith("#")) {
    return undefined;
  }
  const [device, mountPoint, type = "auto", options = "", dump = "0", pass = "0"] = trimmed
    .split(/[ \t]+/u)
    .map(unescapeField);
  return device === undefined || mountPoint === undefined
    ? undefined
    : { device, mountPoint, type, options: options.split(","), dump, pass };
}

/** The numbers are those of bytes: letters beyond ASCII are several. */
function unescapeField(text: string): string {
  return text.replaceAll(/(?:\\[0-3][0-7]{2})+/gu, (codes) =>
    Buffer.from(
      codes
        .split("\\")
        .slice(1)
        .map((code) => Number.parseInt(code, 8)),
    ).toString("utf8"),
  );
}
