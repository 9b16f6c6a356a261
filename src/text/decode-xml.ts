import { decodeUtf8 } from "./decode-utf8.ts";

/** The text of a document, or why it has none. */
export type DecodedXml = { readonly text: string } | { readonly fault: string };

/** How far an encoding declaration can be from the beginning. */
const HEAD_LENGTH = 256;

/**
 * The text of an XML document in UTF-8 or UTF-16 (XML 1.0 §4.3.3 and appendix F): by its byte order
 * mark, else by how "<" is written, else by its declaration. Other encodings are refused.
 */
export function decodeXml(bytes: Uint8Array): DecodedXml {
  const [first = 0, second = 0] = bytes;
  const hasMark = (first === 0xfe && second === 0xff) || (first === 0xff && second === 0xfe);
  const isWide = hasMark || (first === 0 && second === 0x3c) || (first === 0x3c && second === 0);
  if (isWide && bytes.length > 1) {
    const isLittleEndian = first === 0xff || first === 0x3c;
    return decodeUtf16(hasMark ? bytes.subarray(2) : bytes, isLittleEndian);
  }
  const decoded = decodeUtf8(bytes);
  const declared = declaredEncoding(bytes);
  if (declared !== undefined && !/^(?:utf-?8|us-ascii|ascii)$/iu.test(declared)) {
    // What is declared as something else and is plain ASCII reads the same.
    if (bytes.some((byte) => byte > 0x7f) || /^utf-?16|^(?:utf-?32|ucs)/iu.test(declared)) {
      return { fault: "expected XML in UTF-8 or UTF-16, but it declares another encoding" };
    }
  }
  return "text" in decoded
    ? decoded
    : {
        fault: `expected XML in UTF-8, but byte ${decoded.offsetBytes} is 0x${decoded.wrongByte.toString(16).padStart(2, "0")}, which is not UTF-8`,
      };
}

function declaredEncoding(bytes: Uint8Array): string | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, HEAD_LENGTH));
  return /^(?:\u00ef\u00bb\u00bf)?<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]*)["']/u.exec(
    head,
  )?.[1];
}

/** Whole units only; a surrogate without its other half is left for the parser to refuse. */
function decodeUtf16(bytes: Uint8Array, isLittleEndian: boolean): DecodedXml {
  if (bytes.length % 2 !== 0) {
    return { fault: "expected XML in UTF-16, but it has an odd number of bytes" };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts: string[] = [];
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
    const units: number[] = [];
    for (let at = start; at < Math.min(bytes.length, start + PIECE_BYTES); at += 2) {
      units.push(view.getUint16(at, isLittleEndian));
    }
    texts.push(String.fromCharCode(...units));
  }
  return { text: texts.join("") };
}

/** As many as a call takes arguments, and even. */
const PIECE_BYTES = 8192;
