import { Buffer, isUtf8 } from "node:buffer";
import type { Part } from "./part.ts";

/**
 * The processed parts as one `multipart/mixed` message, as `user-data.txt.i` keeps them (compat
 * userdata.md §1). Text stays readable; what is not UTF-8 goes in base64. The same parts give the
 * same bytes.
 */
export function renderProcessedMessage(parts: readonly Part[]): Uint8Array {
  const boundary = chooseBoundary(parts);
  const pieces: Uint8Array[] = [
    Buffer.from(
      `Content-Type: multipart/mixed; boundary="${boundary}"\nMIME-Version: 1.0\n` +
        `Number-Attachments: ${parts.length}\n\n`,
    ),
  ];
  for (const part of parts) {
    const body = isPlainText(part.content)
      ? { encoding: "8bit", bytes: part.content }
      : { encoding: "base64", bytes: toBase64Lines(part.content) };
    pieces.push(Buffer.from(`--${boundary}\n${renderHeaders(part, body.encoding)}\n`));
    pieces.push(body.bytes, Buffer.from("\n"));
  }
  pieces.push(Buffer.from(`--${boundary}--\n`));
  return Buffer.concat(pieces);
}

/** Counted rather than random, so that an unchanged message is not written again at each boot. */
function chooseBoundary(parts: readonly Part[]): string {
  for (let number = 0; ; number += 1) {
    const boundary = `===============cloud-init-${number}==`;
    if (!parts.some((part) => viewOf(part.content).includes(boundary))) {
      return boundary;
    }
  }
}

const OWN_HEADERS: ReadonlySet<string> = new Set([
  "content-type",
  "content-transfer-encoding",
  "content-disposition",
  "mime-version",
  "number-attachments",
]);

function renderHeaders(part: Part, encoding: string): string {
  const others = Object.entries(part.headers).filter(([name]) => !OWN_HEADERS.has(name));
  const lines = [
    `Content-Type: ${part.contentType}; charset="utf-8"`,
    "MIME-Version: 1.0",
    `Content-Transfer-Encoding: ${encoding}`,
    `Content-Disposition: attachment; filename="${quotedText(part.filename)}"`,
    ...others.map(([name, value]) => `${headerCase(name)}: ${oneLine(value)}`),
  ];
  return `${lines.join("\n")}\n`;
}

function headerCase(name: string): string {
  return name.replace(/(^|-)([a-z])/gu, (_, dash: string, letter: string) => {
    return `${dash}${letter.toUpperCase()}`;
  });
}

function quotedText(text: string): string {
  return oneLine(text).replace(/["\\]/gu, String.raw`\$&`);
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]+/gu, " ");
}

const CR = 0x0d;

/** A CR at the end would become part of the delimiter that follows. */
function isPlainText(bytes: Uint8Array): boolean {
  return isUtf8(bytes) && !bytes.includes(0) && bytes.at(-1) !== CR;
}

const BASE64_LINE_LENGTH = 76;

function toBase64Lines(bytes: Uint8Array): Uint8Array {
  const text = viewOf(bytes).toString("base64");
  const lines: string[] = [];
  for (let at = 0; at < text.length; at += BASE64_LINE_LENGTH) {
    lines.push(text.slice(at, at + BASE64_LINE_LENGTH));
  }
  return Buffer.from(lines.join("\n"));
}

/** The same bytes, not a copy. */
function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
