import { Buffer } from "node:buffer";
import type { Secrets } from "../../report/secrets.ts";
import type { FileSystem } from "../../system/system.ts";
import { errorMessage } from "../../text/error-message.ts";
import { formatSize } from "../../text/format-size.ts";
import { gunzip } from "../../text/gunzip.ts";
import { isGzip } from "../../text/is-gzip.ts";
import type { CollectedFile } from "./select-files.ts";
import { maskText } from "./mask-text.ts";

/** What is kept of a file, or why nothing is. */
export type CollectedContent =
  | {
      readonly ok: true;
      /** A log that was unpacked has lost its ".gz". */
      readonly name: string;
      readonly content: Uint8Array;
      readonly modifiedMs: number;
      /** What of it is not there. */
      readonly note?: string;
    }
  | { readonly ok: false; readonly why: string };

const LOG_BYTES_MAX = 16 * 1024 * 1024;
const FILE_BYTES_MAX = 2 * 1024 * 1024;

/** Reads the end of a file, masked unless `secrets` is undefined. What is no text cannot be masked, and is left out then. */
export function readContent(
  fs: FileSystem,
  file: CollectedFile,
  secrets: Secrets | undefined,
): CollectedContent {
  const sizeMax = file.isLog ? LOG_BYTES_MAX : FILE_BYTES_MAX;
  try {
    const stat = fs.stat(file.path);
    if (stat?.kind !== "file") {
      return { ok: false, why: "it was removed meanwhile" };
    }
    const { bytes, leftOutBytes } = readEnd(fs, file.path, stat.sizeBytes, sizeMax);
    const { modifiedMs } = stat;
    const note =
      leftOutBytes === 0
        ? {}
        : { note: `only the last ${formatSize(bytes.length)} of ${formatSize(stat.sizeBytes)}` };
    if (secrets === undefined) {
      return { ok: true, name: file.name, content: bytes, modifiedMs, ...note };
    }
    const packed = leftOutBytes === 0 && isGzip(bytes) ? gunzip(bytes, sizeMax) : undefined;
    if (packed?.ok === false) {
      return { ok: false, why: packed.reason };
    }
    const name = packed === undefined ? file.name : file.name.replace(/\.gz$/u, "");
    const plain = packed === undefined ? bytes : packed.content;
    if (plain.includes(0)) {
      return { ok: false, why: "it is no text, in which secrets could be masked" };
    }
    const content = Buffer.from(maskText(new TextDecoder().decode(plain), secrets));
    return { ok: true, name, content, modifiedMs, ...note };
  } catch (error) {
    return { ok: false, why: errorMessage(error) };
  }
}

/** From the first whole line on. */
function readEnd(
  fs: FileSystem,
  path: string,
  sizeBytes: number,
  sizeMax: number,
): { readonly bytes: Uint8Array; readonly leftOutBytes: number } {
  const file = fs.open(path);
  try {
    const start = Math.max(0, sizeBytes - sizeMax);
    const chunks: Uint8Array[] = [];
    let length = 0;
    while (length < sizeMax) {
      const chunk = file.read(start + length, sizeMax - length);
      if (chunk.length === 0) {
        break;
      }
      chunks.push(chunk);
      length += chunk.length;
    }
    const bytes = Buffer.concat(chunks);
    if (start === 0) {
      return { bytes, leftOutBytes: 0 };
    }
    const cut = bytes.indexOf("\n") + 1;
    return { bytes: bytes.subarray(cut), leftOutBytes: start + cut };
  } finally {
    file.close();
  }
}
