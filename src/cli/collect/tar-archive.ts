import { Buffer } from "node:buffer";

/** A file, or a directory where the name ends with "/". */
export interface TarEntry {
  /** Relative, with "/" between its parts. */
  readonly name: string;
  readonly mode: number;
  readonly modifiedMs: number;
  readonly content: Uint8Array;
}

const BLOCK_BYTES = 512;
const NAME_BYTES_MAX = 100;
const PREFIX_BYTES_MAX = 155;
const OWNER = "root";

/**
 * The entries as a ustar archive (POSIX.1-2017, pax, "ustar Interchange Format"), which the tar of
 * AIX reads too; a name that is too long for it comes in an extended header of pax.
 */
export function createTarArchive(entries: readonly TarEntry[]): Uint8Array {
  const blocks = entries.flatMap((entry) => {
    const place = splitName(entry.name);
    return place === undefined
      ? [...paxHeader(entry), ...oneEntry(entry, { name: cut(entry.name), prefix: "" })]
      : oneEntry(entry, place);
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK_BYTES)]);
}

interface Place {
  readonly name: string;
  readonly prefix: string;
}

/** Undefined where no "/" divides the name into two parts that fit. */
function splitName(name: string): Place | undefined {
  if (Buffer.byteLength(name) <= NAME_BYTES_MAX) {
    return { name, prefix: "" };
  }
  for (let at = name.indexOf("/"); at > 0 && at < name.length - 1; at = name.indexOf("/", at + 1)) {
    const place = { name: name.slice(at + 1), prefix: name.slice(0, at) };
    const fits =
      Buffer.byteLength(place.name) <= NAME_BYTES_MAX &&
      Buffer.byteLength(place.prefix) <= PREFIX_BYTES_MAX;
    if (fits) {
      return place;
    }
  }
  return undefined;
}

/** For who does not know pax headers. */
function cut(name: string): string {
  return Buffer.from(name).subarray(0, NAME_BYTES_MAX).toString("latin1").replace(/\/$/u, "_");
}

function oneEntry(entry: TarEntry, place: Place): readonly Uint8Array[] {
  const type = entry.name.endsWith("/") ? "5" : "0";
  return [header(entry, place, type), ...padded(entry.content)];
}

/** The records "LENGTH path=NAME\n", whose length counts itself. */
function paxHeader(entry: TarEntry): readonly Uint8Array[] {
  const text = ` path=${entry.name}\n`;
  const bytes = Buffer.byteLength(text);
  let length = bytes + String(bytes).length;
  length = bytes + String(length).length;
  const content = Buffer.from(`${length}${text}`);
  return [
    header({ ...entry, content }, { name: "PaxHeader", prefix: "" }, "x"),
    ...padded(content),
  ];
}

function padded(content: Uint8Array): readonly Uint8Array[] {
  const rest = content.length % BLOCK_BYTES;
  return rest === 0 ? [content] : [content, Buffer.alloc(BLOCK_BYTES - rest)];
}

function header(entry: TarEntry, place: Place, type: "0" | "5" | "x"): Uint8Array {
  const block = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, offset: number, length: number): void => {
    block.write(value.toString(8).padStart(length - 1, "0"), offset, "latin1");
  };
  const seconds = Math.max(0, Math.floor(entry.modifiedMs / 1_000));
  block.write(place.name, 0, NAME_BYTES_MAX, "utf8");
  octal(entry.mode & 0o7777, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(entry.content.length, 124, 12);
  octal(seconds, 136, 12);
  block.write(" ".repeat(8), 148, "latin1");
  block.write(type, 156, "latin1");
  block.write("ustar\u000000", 257, "latin1");
  block.write(OWNER, 265, "latin1");
  block.write(OWNER, 297, "latin1");
  octal(0, 329, 8);
  octal(0, 337, 8);
  block.write(place.prefix, 345, PREFIX_BYTES_MAX, "utf8");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}
