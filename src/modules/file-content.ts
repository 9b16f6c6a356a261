import { Buffer } from "node:buffer";
import { decodeBase64 } from "../text/base64.ts";
import type { FileEntry } from "./file-entry.ts";

/** The bytes of an entry's content, or why there are none. */
export type EntryContent =
  | { readonly ok: true; readonly content: Uint8Array; readonly warning?: string }
  | { readonly ok: false; readonly reason: string };

/** Longest content that packed content may unpack to. */
export const FILE_SIZE_BYTES_MAX = 64 * 1024 * 1024;

/** Undoes the encoding of an entry's content. No reason repeats the content: it may be secret. */
export async function decodeContent(entry: FileEntry): Promise<EntryContent> {
  const written = entry.encoding ?? "";
  const steps = decodingSteps(written.trim().toLowerCase());
  let content = toBytes(entry.content);
  for (const step of steps ?? []) {
    if (step === "base64") {
      const decoded = decodeBase64(Buffer.from(content).toString("latin1"));
      if (decoded === undefined) {
        return { ok: false, reason: "its content is not base64, or is cut short" };
      }
      content = decoded;
    } else {
      const { gunzip } = await import("../text/gunzip.ts");
      const unpacked = gunzip(content, FILE_SIZE_BYTES_MAX);
      if (!unpacked.ok) {
        return { ok: false, reason: unpacked.reason };
      }
      content = unpacked.content;
    }
  }
  return steps === undefined
    ? { ok: true, content, warning: `Unknown encoding type ${written}, assuming text/plain` }
    : { ok: true, content };
}

function decodingSteps(encoding: string): readonly ("base64" | "gzip")[] | undefined {
  switch (encoding) {
    case "":
    case "text/plain":
      return [];
    case "gz":
    case "gzip":
      return ["gzip"];
    case "b64":
    case "base64":
      return ["base64"];
    case "gz+b64":
    case "gz+base64":
    case "gzip+b64":
    case "gzip+base64":
      return ["base64", "gzip"];
    default:
      return undefined;
  }
}

/** Any scalar as text; numbers and booleans as Python prints them. */
function toBytes(content: FileEntry["content"]): Uint8Array {
  if (content instanceof Uint8Array) {
    return content;
  }
  if (typeof content === "boolean") {
    return Buffer.from(content ? "True" : "False");
  }
  return Buffer.from(content === null || content === undefined ? "" : String(content));
}
