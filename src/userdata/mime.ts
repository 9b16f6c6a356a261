import { Buffer } from "node:buffer";
import type { Problem } from "../text/problem.ts";
import { parseHeaderValue, readHeaders, type MimeHeaders } from "./mime-headers.ts";
import { decodeTransfer } from "./mime-transfer.ts";

/** One leaf of a message, with its transfer encoding undone. */
export interface MimeEntity {
  /** Lower case, without parameters; "text/plain" where the headers name none. */
  readonly contentType: string;
  readonly filename?: string;
  /** Names in lower case; the first of several. */
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Uint8Array;
}

export interface MimeMessage {
  /** Depth first; containers are left out. */
  readonly entities: readonly MimeEntity[];
  readonly problems: readonly Problem[];
}

const DEPTH_MAX = 10;
const ENTITY_COUNT_MAX = 10_000;

/**
 * Splits a MIME message (RFC 2045, RFC 2046) into its leaves. Tolerant, as mail readers are: a
 * missing last boundary is accepted, preamble and epilogue are ignored, a line that is no header
 * ends the headers. The bytes of each leaf are kept as they are.
 */
export function parseMime(bytes: Uint8Array, source: string): MimeMessage {
  const entities: MimeEntity[] = [];
  const problems: Problem[] = [];
  const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const walk: Walk = { source, entities, problems };
  addEntity(walk, message.subarray(skipBlankLines(message)), 0);
  return { entities, problems };
}

interface Walk {
  readonly source: string;
  readonly entities: MimeEntity[];
  readonly problems: Problem[];
}

function addEntity(walk: Walk, bytes: Buffer, depth: number): void {
  const { headers, bodyStart } = readHeaders(bytes);
  const body = bytes.subarray(bodyStart);
  const type = parseHeaderValue(headers["content-type"] ?? "");
  const isContainer = type.value.startsWith("multipart/");
  const boundary = type.parameters["boundary"] ?? (isContainer ? guessBoundary(body) : undefined);
  if (!isContainer) {
    addLeaf(walk, type.value, headers, body);
    return;
  }
  if (depth >= DEPTH_MAX) {
    report(walk, `multipart messages are nested deeper than ${DEPTH_MAX}`);
    return;
  }
  const pieces = boundary === undefined ? [] : splitAtBoundary(body, boundary);
  if (pieces.length === 0) {
    report(walk, `no line "--${boundary ?? "BOUNDARY"}" begins a part of a ${type.value} message`);
  }
  for (const piece of pieces) {
    if (walk.entities.length >= ENTITY_COUNT_MAX) {
      report(walk, `it has more than ${ENTITY_COUNT_MAX} parts; the rest is left out`);
      return;
    }
    addEntity(walk, piece, depth + 1);
  }
}

function addLeaf(walk: Walk, declaredType: string, headers: MimeHeaders, body: Buffer): void {
  const type = parseHeaderValue(headers["content-type"] ?? "");
  const disposition = parseHeaderValue(headers["content-disposition"] ?? "");
  const filename = disposition.parameters["filename"] ?? type.parameters["name"];
  const decoded = decodeTransfer(body, headers["content-transfer-encoding"] ?? "");
  if (!decoded.ok) {
    const name = filename === undefined ? `part ${walk.entities.length + 1}` : `part "${filename}"`;
    report(walk, `${name}: ${decoded.reason}`);
    return;
  }
  walk.entities.push({
    contentType: declaredType === "" ? "text/plain" : declaredType,
    ...(filename === undefined || filename === "" ? {} : { filename }),
    headers,
    content: toUtf8(decoded.content, type.parameters["charset"]),
  });
}

const HASH = 0x23;
const BANG = 0x21;

/** Other charsets become UTF-8, which everything after reads. A script keeps its bytes: they may matter to it. */
function toUtf8(content: Uint8Array, charset: string | undefined): Uint8Array {
  const isScript = content[0] === HASH && content[1] === BANG;
  if (charset === undefined || isScript || /^(?:us-ascii|utf-?8)$/iu.test(charset)) {
    return content;
  }
  const known = CHARSETS.find((name) => name === charset.toLowerCase());
  return known === undefined ? content : Buffer.from(new TextDecoder(known).decode(content));
}

/** Besides UTF-8, what mail programs and Windows write. */
const CHARSETS = [
  "iso-8859-1",
  "latin1",
  "windows-1252",
  "utf-16",
  "utf-16le",
  "utf-16be",
] as const;

const LF = 0x0a;
const CR = 0x0d;
const DASH = 0x2d;

/** The bytes between delimiter lines (RFC 2046 §5.1.1); the line end before a delimiter belongs to it. */
function splitAtBoundary(body: Buffer, boundary: string): readonly Buffer[] {
  const delimiter = Buffer.from(`--${boundary}`, "latin1");
  const pieces: Buffer[] = [];
  let start: number | undefined;
  for (let at = body.indexOf(delimiter); at >= 0; at = body.indexOf(delimiter, at + 1)) {
    if (at > 0 && body[at - 1] !== LF) {
      continue;
    }
    const end = at + delimiter.length;
    const isLast = body[end] === DASH && body[end + 1] === DASH;
    const lineEnd = endOfLine(body, end);
    const rest = body.toString("latin1", isLast ? end + 2 : end, lineEnd);
    if (rest.trim() !== "") {
      continue;
    }
    if (start !== undefined) {
      pieces.push(body.subarray(start, beforeLineEnd(body, at, start)));
    }
    if (isLast) {
      return pieces;
    }
    start = Math.min(lineEnd + 1, body.length);
  }
  if (start !== undefined) {
    // As if the delimiter that is missing followed.
    const hasLineEnd = body.length > start && body[body.length - 1] === LF;
    const end = hasLineEnd ? beforeLineEnd(body, body.length, start) : body.length;
    pieces.push(body.subarray(start, end));
  }
  return pieces;
}

function endOfLine(body: Buffer, from: number): number {
  const end = body.indexOf(LF, from);
  return end === -1 ? body.length : end;
}

function beforeLineEnd(body: Buffer, at: number, start: number): number {
  const beforeLf = at - 1;
  const end = body[beforeLf - 1] === CR ? beforeLf - 1 : beforeLf;
  return Math.max(start, end);
}

/** Where the header names no boundary, the first line that looks like one is it. */
function guessBoundary(body: Buffer): string | undefined {
  return /^--(\S.*?)[ \t]*\r?$/mu.exec(body.toString("latin1", 0, 4096))?.[1];
}

function skipBlankLines(message: Buffer): number {
  let at = 0;
  while (message[at] === LF || message[at] === CR) {
    at += 1;
  }
  return at;
}

function report(walk: Walk, reason: string): void {
  walk.problems.push({
    message: `Cannot read all of ${walk.source} as a MIME message: ${reason}`,
    source: walk.source,
  });
}
