/** A file of an archive. */
export interface UstarFile {
  /** At most 100 bytes of ASCII. */
  readonly name: string;
  readonly mode: number;
  readonly content: Uint8Array;
}

const BLOCK = 512;
const END_BLOCKS = 2;
/** The archive ends with a whole record of twenty blocks, as a tape's does: a tar(1) may read in records. */
const RECORD = 20 * BLOCK;

/** A ustar archive (POSIX.1-1988, pax(1) "ustar Interchange Format"): owner 0, time 0, so that the same files give the same bytes. */
export function writeUstar(files: readonly UstarFile[]): Uint8Array {
  const padded = (length: number, unit = BLOCK): number => Math.ceil(length / unit) * unit;
  const total = files.reduce((sum, { content }) => sum + BLOCK + padded(content.length), 0);
  const archive = new Uint8Array(padded(total + END_BLOCKS * BLOCK, RECORD));
  let at = 0;
  for (const file of files) {
    archive.set(header(file), at);
    archive.set(file.content, at + BLOCK);
    at += BLOCK + padded(file.content.length);
  }
  return archive;
}

function header({ name, mode, content }: UstarFile): Uint8Array {
  const bytes = new Uint8Array(BLOCK);
  const put = (offset: number, text: string): void => {
    bytes.set(new TextEncoder().encode(text), offset);
  };
  const octal = (value: number, width: number): string =>
    `${value.toString(8).padStart(width - 1, "0")}\0`;
  if (!/^[\x21-\x7e]{1,100}$/u.test(name)) {
    throw new Error(`Cannot archive "${name}": expected 1 to 100 ASCII characters`);
  }
  put(0, name);
  put(100, octal(mode, 8));
  put(108, octal(0, 8));
  put(116, octal(0, 8));
  put(124, octal(content.length, 12));
  put(136, octal(0, 12));
  put(148, "        ");
  put(156, "0");
  put(257, "ustar\u000000");
  put(265, "root");
  put(297, "system");
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  return bytes;
}
