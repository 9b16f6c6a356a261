import type { Problem } from "../text/problem.ts";
import { gunzip, isGzip } from "../text/gunzip.ts";
import { detectContentType, isDetected, isGzipType, UNKNOWN_TYPE } from "./content-type.ts";
import type { MimeEntity } from "./mime.ts";
import type { Part } from "./part.ts";
import { cleanFilename, defaultFilename } from "./part-filename.ts";

/** The parts in order, and what could not be read. */
export interface SplitParts {
  readonly parts: readonly Part[];
  readonly problems: readonly Problem[];
}

/** Longest user-data that is looked at, packed or not. OpenStack allows 64 KiB, a config drive 64 MiB. */
export const USER_DATA_SIZE_BYTES_MAX = 64 * 1024 * 1024;

/** Everything that one blob unpacks to, gzip parts together. */
export const UNPACKED_SIZE_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Unpacks a blob of user-data or vendor-data and tells what each part is (compat userdata.md §3).
 * `source` names the blob in problems. Beyond the contract, a byte order mark and the NULs that pad
 * fixed-size metadata drives are taken off.
 */
export async function splitParts(bytes: Uint8Array, source: string): Promise<SplitParts> {
  const problems: Problem[] = [];
  const blob = unpackBlob(bytes, source, problems);
  if (blob === undefined || blob.length === 0) {
    return { parts: [], problems };
  }
  const entities = await splitEntities(blob, source, problems);
  const budget = { leftBytes: UNPACKED_SIZE_BYTES_MAX };
  const parts: Part[] = [];
  for (const [index, entity] of entities.entries()) {
    const isUsable = cleanFilename(entity.filename ?? "", "") !== "";
    const filename =
      entity.filename !== undefined && isUsable
        ? entity.filename
        : defaultFilename(parts.length + 1);
    const named = entity.filename === undefined ? `part ${index + 1}` : `part "${entity.filename}"`;
    const part = toPart({ ...entity, filename }, `${source} ${named}`, budget);
    if ("message" in part) {
      problems.push(part);
    } else {
      parts.push(part);
    }
  }
  return { parts, problems };
}

function unpackBlob(
  bytes: Uint8Array,
  source: string,
  problems: Problem[],
): Uint8Array | undefined {
  if (bytes.length > USER_DATA_SIZE_BYTES_MAX) {
    const message = `Cannot use ${source}: expected at most ${USER_DATA_SIZE_BYTES_MAX} bytes, got ${bytes.length}`;
    problems.push({ message, source });
    return undefined;
  }
  if (!isGzip(bytes)) {
    return withoutPadding(bytes);
  }
  const unpacked = gunzip(bytes, UNPACKED_SIZE_BYTES_MAX);
  if (!unpacked.ok) {
    const message = `Cannot unpack ${source} of ${bytes.length} bytes: ${unpacked.reason}`;
    problems.push({ message, source });
    return undefined;
  }
  return withoutPadding(unpacked.content);
}

async function splitEntities(
  blob: Uint8Array,
  source: string,
  problems: Problem[],
): Promise<readonly MimeEntity[]> {
  if (!isMime(blob)) {
    return [{ contentType: UNKNOWN_TYPE, headers: {}, content: blob }];
  }
  const { parseMime } = await import("./mime.ts");
  const message = parseMime(blob, source);
  problems.push(...message.problems);
  return message.entities;
}

const HEADER_SEARCH_BYTES = 4096;

/** `MIME-Version:` near the start is what makes a blob a message (compat userdata.md §3 step 2). */
function isMime(blob: Uint8Array): boolean {
  const head = new TextDecoder("latin1").decode(blob.subarray(0, HEADER_SEARCH_BYTES));
  return /mime-version:/iu.test(head);
}

function toPart(
  entity: MimeEntity & { readonly filename: string },
  source: string,
  budget: { leftBytes: number },
): Part | Problem {
  let { contentType, headers } = entity;
  let content = entity.content;
  if (isGzipType(contentType) || isGzip(content)) {
    const unpacked = gunzip(content, budget.leftBytes);
    if (!unpacked.ok) {
      const message = `Failed decompressing payload from ${contentType} of length ${content.length} due to: ${unpacked.reason}`;
      return { message: `Cannot use ${source}: ${message}`, source };
    }
    content = unpacked.content;
    budget.leftBytes -= content.length;
    contentType = isGzipType(contentType) ? "text/plain" : contentType;
    headers = keepLaunchIndex(headers);
  }
  content = withoutByteOrderMark(content);
  if (isDetected(contentType)) {
    contentType = detectContentType(content) ?? (contentType === "" ? "text/plain" : contentType);
  }
  return { contentType, filename: entity.filename, content, headers };
}

function keepLaunchIndex(
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const launchIndex = headers["launch-index"];
  return launchIndex === undefined ? {} : { "launch-index": launchIndex };
}

function withoutPadding(bytes: Uint8Array): Uint8Array {
  // The last bytes of gzip data may be NUL and belong to it.
  if (isGzip(bytes)) {
    return bytes;
  }
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) {
    end -= 1;
  }
  return withoutByteOrderMark(bytes.subarray(0, end));
}

function withoutByteOrderMark(bytes: Uint8Array): Uint8Array {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return hasMark ? bytes.subarray(3) : bytes;
}
