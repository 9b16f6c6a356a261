import { Buffer } from "node:buffer";
import type { FileSystem, WriteOptions } from "./system.ts";

/** Writes the file unless it is there with this content and mode. True if it was written. */
export function writeIfDifferent(
  fs: FileSystem,
  path: string,
  content: string | Uint8Array,
  options: WriteOptions & { readonly mode: number },
): boolean {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  if (isWritten(fs, path, bytes, options.mode)) {
    return false;
  }
  fs.write(path, bytes, options);
  return true;
}

/** Whether the file is there with this content and mode. */
export function isWritten(
  fs: FileSystem,
  path: string,
  content: string | Uint8Array,
  mode: number,
): boolean {
  return fs.stat(path)?.mode === mode && hasBytes(fs, path, content);
}

/** Whether a regular file with this content is at the path, whatever its mode. */
export function hasBytes(fs: FileSystem, path: string, content: string | Uint8Array): boolean {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  const stat = fs.stat(path);
  return stat?.kind === "file" && stat.sizeBytes === bytes.length && hasContent(fs, path, bytes);
}

const CHUNK_BYTES = 1024 * 1024;

/** Whether the file, of the same length, has these bytes; piece by piece, since user-data can be large. */
function hasContent(fs: FileSystem, path: string, bytes: Uint8Array): boolean {
  if (bytes.length <= CHUNK_BYTES) {
    const current = fs.readBytesIfExists(path);
    return current !== undefined && Buffer.compare(current, bytes) === 0;
  }
  const file = fs.open(path);
  try {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      const wanted = bytes.subarray(at, at + CHUNK_BYTES);
      if (Buffer.compare(file.read(at, wanted.length), wanted) !== 0) {
        return false;
      }
    }
    return true;
  } finally {
    file.close();
  }
}
