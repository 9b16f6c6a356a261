import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { FileSystem } from "../../system/system.ts";

/** What is at a path, as far as it matters to an install; links are not followed. */
export type FileState =
  | { readonly kind: "absent" }
  | {
      readonly kind: "file";
      readonly sha256: string;
      readonly mode: number;
      /** "uid:gid" */
      readonly owner: string;
    }
  | { readonly kind: "link"; readonly target: string }
  | { readonly kind: "directory" }
  | { readonly kind: "other" };

/** Looks at one path. Throws where a file cannot be read. */
export function readFileState(fs: FileSystem, path: string): FileState {
  const stat = fs.stat(path);
  switch (stat?.kind) {
    case undefined:
      return { kind: "absent" };
    case "file":
      return {
        kind: "file",
        sha256: hashFile(fs, path),
        mode: stat.mode,
        owner: `${stat.uid}:${stat.gid}`,
      };
    case "symlink":
      return { kind: "link", target: fs.readLink(path) ?? "" };
    case "directory":
      return { kind: "directory" };
    default:
      return { kind: "other" };
  }
}

/** The program has 100 MB: read piece by piece. */
const CHUNK_BYTES = 4 * 1024 * 1024;

/** SHA-256 of a file, in hexadecimal. */
export function hashFile(fs: FileSystem, path: string): string {
  const hash = createHash("sha256");
  const file = fs.open(path);
  try {
    for (let offset = 0; ;) {
      const piece = file.read(offset, CHUNK_BYTES);
      if (piece.length === 0) {
        return hash.digest("hex");
      }
      hash.update(piece);
      offset += piece.length;
    }
  } finally {
    file.close();
  }
}

/** SHA-256 of a text, in hexadecimal. */
export function hashText(text: string): string {
  return createHash("sha256").update(Buffer.from(text)).digest("hex");
}
