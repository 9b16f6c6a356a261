/** Bits of an entry's byte 12 with which Windows NT and Linux say that a part of an 8.3 name is lower case. */
const LOWER_BASE = 0x08;
const LOWER_EXTENSION = 0x10;

/**
 * Text in the code page that DOS and Linux take for short names where nobody names another one,
 * 437 (Unicode's mapping table CP437.TXT); a label may end in NULs.
 */
export function decodeShortName(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    text += byte < 0x80 ? String.fromCharCode(byte) : CODE_PAGE_437.charAt(byte - 0x80);
  }
  return text.replace(/\0+$/u, "");
}

/** "META-D~1.TXT": the 8.3 name of the 32 bytes of a directory entry. */
export function readShortName(entry: Uint8Array): string {
  const raw = entry.slice(0, 11);
  // 0xE5 would mark the entry as deleted, so that a name that begins with it has 0x05 there.
  if (raw[0] === 0x05) {
    raw[0] = 0xe5;
  }
  const flags = entry[12] ?? 0;
  const base = decodeShortName(raw.subarray(0, 8)).trimEnd();
  const extension = decodeShortName(raw.subarray(8)).trimEnd();
  const shownBase = (flags & LOWER_BASE) === 0 ? base : base.toLowerCase();
  const shownExtension = (flags & LOWER_EXTENSION) === 0 ? extension : extension.toLowerCase();
  return extension === "" ? shownBase : `${shownBase}.${shownExtension}`;
}

/** The sum that ties the parts of a long name to their 8.3 entry (FAT specification, "ChkSum"). */
export function shortNameChecksum(entry: Uint8Array): number {
  let sum = 0;
  for (const byte of entry.subarray(0, 11)) {
    sum = (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff;
  }
  return sum;
}

const CODE_PAGE_437 =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";
