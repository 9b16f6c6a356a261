import { isGzip } from "../text/is-gzip.ts";
import type { Problem } from "../text/problem.ts";
import { decodeWholeBase64 } from "./base64-blob.ts";
import { detectContentType, isDetected, isGzipType, isMime, UNKNOWN_TYPE } from "./content-type.ts";
import type { FetchInclude } from "./fetch-include.ts";
import type { MimeEntity } from "./mime.ts";
import type { Part } from "./part.ts";
import { cleanFilename, defaultFilename } from "./part-filename.ts";

/** The parts in order, and what could not be read. */
export interface SplitParts {
  readonly parts: readonly Part[];
  readonly problems: readonly Problem[];
  /** What was done to the data that its sender may not expect. */
  readonly notes: readonly string[];
}

export interface SplitOptions {
  /** Fetches what includes name. Absent: an include stays a part. */
  readonly fetchInclude?: FetchInclude;
  /** Everything that one blob unpacks to, and everything that it includes. Default 64 MiB. */
  readonly unpackedSizeBytesMax?: number;
}

/** Longest user-data that is looked at, packed or not. OpenStack allows 64 KiB, a config drive 64 MiB. */
export const USER_DATA_SIZE_BYTES_MAX = 64 * 1024 * 1024;

/** Everything that one blob unpacks to, gzip parts and includes together. */
export const UNPACKED_SIZE_BYTES_MAX = 64 * 1024 * 1024;

const INCLUDE_DEPTH_MAX = 10;
const INCLUDE_COUNT_MAX = 200;
const PART_COUNT_MAX = 10_000;

/**
 * Unpacks a blob of user-data or vendor-data and tells what each part is (compat userdata.md §3).
 * `source` names the blob in problems. Beyond the contract, a byte order mark and the NULs that pad
 * fixed-size metadata drives are taken off, and a blob that is base64 of user-data is decoded.
 */
export async function splitParts(
  bytes: Uint8Array,
  source: string,
  options: SplitOptions = {},
): Promise<SplitParts> {
  const split: Split = {
    parts: [],
    problems: [],
    notes: [],
    fetchInclude: options.fetchInclude,
    leftBytes: options.unpackedSizeBytesMax ?? UNPACKED_SIZE_BYTES_MAX,
    includeCount: 0,
  };
  if (bytes.length > USER_DATA_SIZE_BYTES_MAX) {
    const message = `Cannot use ${source}: expected at most ${USER_DATA_SIZE_BYTES_MAX} bytes, got ${bytes.length}`;
    return { ...split, problems: [{ message, source }] };
  }
  await addBlob(split, bytes, source, 0);
  return split;
}

interface Split {
  readonly parts: Part[];
  readonly problems: Problem[];
  readonly notes: string[];
  readonly fetchInclude: FetchInclude | undefined;
  leftBytes: number;
  includeCount: number;
}

/** One blob: the user-data itself, or what an include gave. `depth` counts includes. */
async function addBlob(
  split: Split,
  bytes: Uint8Array,
  source: string,
  depth: number,
): Promise<void> {
  let blob = await unpackBlob(split, bytes, source);
  if (blob === undefined || blob.length === 0) {
    return;
  }
  const decoded = depth === 0 ? decodeWholeBase64(blob) : undefined;
  if (decoded !== undefined) {
    split.notes.push(`The ${source} is base64: it is decoded`);
    blob = await unpackBlob(split, decoded, source);
  }
  if (blob === undefined || blob.length === 0) {
    return;
  }
  const entities = await splitEntities(split, blob, source);
  for (const [index, entity] of entities.entries()) {
    const named = entity.filename === undefined ? `part ${index + 1}` : `part "${entity.filename}"`;
    const isWhole = entities.length === 1;
    await addEntity(split, entity, isWhole ? source : `${source} ${named}`, depth);
  }
}

async function unpackBlob(
  split: Split,
  bytes: Uint8Array,
  source: string,
): Promise<Uint8Array | undefined> {
  if (!isGzip(bytes)) {
    return withoutPadding(bytes);
  }
  const { gunzip } = await import("../text/gunzip.ts");
  const unpacked = gunzip(bytes, split.leftBytes);
  if (!unpacked.ok) {
    const message = `Cannot unpack ${source} of ${bytes.length} bytes: ${unpacked.reason}`;
    split.problems.push({ message, source });
    return undefined;
  }
  split.leftBytes -= unpacked.content.length;
  return withoutPadding(unpacked.content);
}

async function splitEntities(
  split: Split,
  blob: Uint8Array,
  source: string,
): Promise<readonly MimeEntity[]> {
  if (!isMime(blob)) {
    return [{ contentType: UNKNOWN_TYPE, headers: {}, content: blob }];
  }
  const { parseMime } = await import("./mime.ts");
  const message = parseMime(blob, source);
  split.problems.push(...message.problems);
  return message.entities;
}

async function addEntity(
  split: Split,
  entity: MimeEntity,
  source: string,
  depth: number,
): Promise<void> {
  const part = await unpackEntity(split, entity, source);
  if (part === undefined) {
    return;
  }
  switch (part.contentType) {
    case "text/x-include-url":
    case "text/x-include-once-url":
      if (split.fetchInclude === undefined) {
        attach(split, part, source);
      } else {
        await addIncludes(split, part, source, depth);
      }
      return;
    case "text/cloud-config-archive": {
      const { parseArchive } = await import("./archive.ts");
      const archive = parseArchive(part.content, source);
      split.problems.push(...archive.problems);
      // Neither unpacked nor looked into: an include in an archive is a part that nobody handles.
      for (const item of archive.entities) {
        attach(split, item, source);
      }
      return;
    }
    default:
      attach(split, part, source);
  }
}

async function unpackEntity(
  split: Split,
  entity: MimeEntity,
  source: string,
): Promise<MimeEntity | undefined> {
  let { contentType, headers } = entity;
  let content = entity.content;
  if (isGzipType(contentType) || isGzip(content)) {
    const { gunzip } = await import("../text/gunzip.ts");
    const unpacked = gunzip(content, split.leftBytes);
    if (!unpacked.ok) {
      const message = `Failed decompressing payload from ${contentType} of length ${content.length} due to: ${unpacked.reason}`;
      split.problems.push({ message: `Cannot use ${source}: ${message}`, source });
      return undefined;
    }
    content = unpacked.content;
    split.leftBytes -= content.length;
    contentType = isGzipType(contentType) ? "text/plain" : contentType;
    headers = keepLaunchIndex(headers);
  }
  content = withoutByteOrderMark(content);
  if (isDetected(contentType)) {
    contentType = detectContentType(content) ?? (contentType === "" ? "text/plain" : contentType);
  }
  return { ...entity, contentType, content, headers };
}

async function addIncludes(
  split: Split,
  part: MimeEntity,
  source: string,
  depth: number,
): Promise<void> {
  const { parseIncludeList } = await import("./include-list.ts");
  const { urlWithoutSecrets } = await import("../system/http-error.ts");
  const isOnce = part.contentType === "text/x-include-once-url";
  for (const entry of parseIncludeList(part.content, isOnce)) {
    const shown = urlWithoutSecrets(entry.url);
    const refuse = (reason: string): void => {
      split.problems.push({ message: `Cannot include "${shown}": ${reason}`, source });
    };
    split.includeCount += 1;
    if (split.includeCount > INCLUDE_COUNT_MAX) {
      refuse(`it is one of more than ${INCLUDE_COUNT_MAX} includes`);
      return;
    }
    if (depth >= INCLUDE_DEPTH_MAX) {
      refuse(`includes are nested more than ${INCLUDE_DEPTH_MAX} levels deep`);
      continue;
    }
    const fetched = await split.fetchInclude?.(entry, split.leftBytes);
    if (fetched?.ok === true) {
      split.leftBytes -= fetched.content.length;
      await addBlob(split, fetched.content, `include "${shown}"`, depth + 1);
    } else if (fetched !== undefined) {
      refuse(fetched.reason);
    }
  }
}

/** Makes it a part of the result; one without a usable name gets its number for one. */
function attach(split: Split, entity: MimeEntity, source: string): void {
  const { parts } = split;
  if (parts.length >= PART_COUNT_MAX) {
    if (
      parts.length === PART_COUNT_MAX &&
      !split.problems.some(({ message }) => message === TOO_MANY)
    ) {
      split.problems.push({ message: TOO_MANY, source });
    }
    return;
  }
  const { contentType, content, headers, filename = "" } = entity;
  const isUsable = cleanFilename(filename, "") !== "";
  const name = isUsable ? filename : defaultFilename(parts.length + 1);
  parts.push({ contentType, filename: name, content, headers });
}

const TOO_MANY = `Cannot use all parts: there are more than ${PART_COUNT_MAX}, the rest is left out`;

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
