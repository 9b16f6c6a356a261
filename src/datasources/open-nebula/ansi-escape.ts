/** An escape of `$'…'`: what it stands for, and where the text goes on. */
export interface AnsiEscape {
  /** A character for each byte. */
  readonly bytes: string;
  readonly end: number;
}

const SINGLE: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["a", "\u0007"],
  ["b", "\b"],
  ["e", "\u001b"],
  ["f", "\f"],
  ["v", "\v"],
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
]);

/**
 * The escape whose backslash is at `at` of `text`, as bash(1) has them under QUOTING; one that it
 * does not know keeps its backslash.
 */
export function readAnsiEscape(text: string, at: number): AnsiEscape {
  const rest = text.slice(at + 1, at + 10);
  const single = SINGLE.get(rest[0] ?? "");
  if (single !== undefined) {
    return { bytes: single, end: at + 2 };
  }
  const octal = /^[0-7]{1,3}/u.exec(rest)?.[0];
  if (octal !== undefined) {
    return { bytes: byteOf(Number.parseInt(octal, 8)), end: at + 1 + octal.length };
  }
  const hex = /^x([0-9A-Fa-f]{1,2})/u.exec(rest);
  if (hex?.[1] !== undefined) {
    return { bytes: byteOf(Number.parseInt(hex[1], 16)), end: at + 1 + hex[0].length };
  }
  const unicode = /^(?:u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8}))/u.exec(rest);
  const digits = unicode?.[1] ?? unicode?.[2];
  const codePoint = digits === undefined ? undefined : Number.parseInt(digits, 16);
  if (unicode !== null && codePoint !== undefined && codePoint <= 0x10ffff) {
    return { bytes: utf8Of(codePoint), end: at + 1 + unicode[0].length };
  }
  return { bytes: text.slice(at, at + 2), end: Math.min(at + 2, text.length) };
}

function byteOf(value: number): string {
  return String.fromCharCode(value & 0xff);
}

function utf8Of(codePoint: number): string {
  return Array.from(new TextEncoder().encode(String.fromCodePoint(codePoint)), byteOf).join("");
}
