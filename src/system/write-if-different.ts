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
  const stat = fs.stat(path);
  if (stat?.kind === "file" && stat.mode === options.mode && stat.sizeBytes === bytes.length) {
    const current = fs.readBytesIfExists(path);
    if (current !== undefined && Buffer.compare(current, bytes) === 0) {
      return false;
    }
  }
  fs.write(path, bytes, options);
  return true;
}
