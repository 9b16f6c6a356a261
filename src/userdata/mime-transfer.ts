import { Buffer } from "node:buffer";

/** The content behind a transfer encoding, or why it cannot be read. */
export type Decoded =
  | { readonly ok: true; readonly content: Uint8Array }
  | { readonly ok: false; readonly reason: string };

/**
 * Undoes a Content-Transfer-Encoding (RFC 2045 §6; uuencode as POSIX describes it). An encoding
 * that is not known counts as none, as mail readers have it.
 */
export function decodeTransfer(body: Buffer, encoding: string): Decoded {
  switch (encoding.trim().toLowerCase()) {
    case "base64":
      return decodeMimeBase64(body);
    case "quoted-printable":
      return { ok: true, content: decodeQuotedPrintable(body) };
    case "x-uuencode":
    case "uuencode":
    case "x-uue":
    case "uue":
      return decodeUuencode(body);
    default:
      return { ok: true, content: body };
  }
}

const LF = 0x0a;
const CR = 0x0d;
const TAB = 0x09;
const BLANK = 0x20;
const EQUALS = 0x3d;

/** RFC 2045 §6.8: characters outside the alphabet are ignored. */
function decodeMimeBase64(body: Buffer): Decoded {
  const written = body.toString("latin1");
  // What nearly every program writes needs no copy without its line ends.
  if (/^[A-Za-z0-9+/\r\n]*={0,2}\s*$/u.test(written)) {
    const content = Buffer.from(written, "base64");
    return hasWholeGroups(written) ? { ok: true, content } : CUT_SHORT;
  }
  const text = written.replace(/[^A-Za-z0-9+/]+/gu, "");
  return text.length % 4 === 1 ? CUT_SHORT : { ok: true, content: Buffer.from(text, "base64") };
}

const CUT_SHORT: Decoded = { ok: false, reason: "its base64 content is cut short" };

/** One character of base64 alone is no byte. */
function hasWholeGroups(text: string): boolean {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== LF && code !== CR && code !== EQUALS) {
      count += 1;
    }
  }
  return count % 4 !== 1;
}

/** RFC 2045 §6.7. Byte by byte, since hostile content makes regular expressions slow. */
function decodeQuotedPrintable(body: Buffer): Uint8Array {
  const out = Buffer.alloc(body.length);
  let length = 0;
  let at = 0;
  while (at < body.length) {
    const lf = body.indexOf(LF, at);
    const next = lf === -1 ? body.length : lf + 1;
    const textEnd = lf === -1 ? next : body[lf - 1] === CR && lf > at ? lf - 1 : lf;
    let end = textEnd;
    while (end > at && (body[end - 1] === BLANK || body[end - 1] === TAB)) {
      end -= 1;
    }
    // "=" at the end of a line joins it with the next.
    const isJoined = end > at && body[end - 1] === EQUALS;
    length = decodeQuotedLine(body, at, isJoined ? end - 1 : end, out, length);
    if (!isJoined) {
      length += body.copy(out, length, textEnd, next);
    }
    at = next;
  }
  return out.subarray(0, length);
}

function decodeQuotedLine(
  body: Buffer,
  from: number,
  to: number,
  out: Buffer,
  outStart: number,
): number {
  let length = outStart;
  for (let at = from; at < to; at += 1) {
    const high = hexValue(body[at + 1]);
    const low = hexValue(body[at + 2]);
    if (body[at] === EQUALS && at + 2 < to && high !== undefined && low !== undefined) {
      out[length] = high * 16 + low;
      at += 2;
    } else {
      out[length] = body[at] ?? 0;
    }
    length += 1;
  }
  return length;
}

function hexValue(byte: number | undefined): number | undefined {
  const digit = byte === undefined ? -1 : "0123456789abcdef".indexOf(lowerCase(byte));
  return digit === -1 ? undefined : digit;
}

function lowerCase(byte: number): string {
  return String.fromCharCode(byte).toLowerCase();
}

function decodeUuencode(body: Buffer): Decoded {
  const lines = body.toString("latin1").split(/\r?\n/u);
  const begin = lines.findIndex((line) => /^begin(?:-base64)? [0-7]{3,4} /u.test(line));
  if (begin === -1) {
    return { ok: false, reason: 'its uuencoded content has no line "begin MODE NAME"' };
  }
  const pieces: Buffer[] = [];
  for (const line of lines.slice(begin + 1)) {
    if (line === "end") {
      return { ok: true, content: Buffer.concat(pieces) };
    }
    pieces.push(decodeUuencodedLine(line));
  }
  return { ok: false, reason: 'its uuencoded content has no line "end"' };
}

/** First character: how many bytes; then four characters for three bytes, each its value plus 32. */
function decodeUuencodedLine(line: string): Buffer {
  const values = [...Buffer.from(line, "latin1")].map((byte) => (byte - 0x20) & 0x3f);
  const lengthBytes = line === "" ? 0 : (values[0] ?? 0);
  const out: number[] = [];
  for (let at = 1; at < values.length && out.length < lengthBytes; at += 4) {
    const [a = 0, b = 0, c = 0, d = 0] = values.slice(at, at + 4);
    out.push((a << 2) | (b >> 4), ((b & 0x0f) << 4) | (c >> 2), ((c & 0x03) << 6) | d);
  }
  return Buffer.from(out.slice(0, lengthBytes));
}
