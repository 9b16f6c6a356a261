import { Buffer } from "node:buffer";

/**
 * The bytes of base64 text (RFC 4648 §4); blanks and line ends in it are ignored. Undefined where
 * another character is in it or where it is cut short.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const compact = /\s/u.test(text) ? text.replace(/\s+/gu, "") : text;
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/u.test(compact)) {
    return undefined;
  }
  return Buffer.from(compact, "base64");
}
