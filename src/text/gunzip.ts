import { gunzipSync } from "node:zlib";
import { errorMessage } from "./error-message.ts";

/** What a gzip stream held, or why it could not be read. */
export type Gunzipped =
  | { readonly ok: true; readonly content: Uint8Array }
  | { readonly ok: false; readonly reason: string };

/**
 * Unpacks gzip (RFC 1952), several members too; zero bytes after the end are ignored. A stream that
 * is cut short, damaged or longer than `sizeBytesMax` unpacked gives a reason: nothing is kept of it.
 */
export function gunzip(bytes: Uint8Array, sizeBytesMax: number): Gunzipped {
  if (sizeBytesMax <= 0) {
    return { ok: false, reason: tooLong(sizeBytesMax) };
  }
  try {
    return { ok: true, content: gunzipSync(bytes, { maxOutputLength: sizeBytesMax }) };
  } catch (error) {
    return { ok: false, reason: reasonOf(error, sizeBytesMax) };
  }
}

function reasonOf(error: unknown, sizeBytesMax: number): string {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : "";
  switch (code) {
    case "ERR_BUFFER_TOO_LARGE":
      return tooLong(sizeBytesMax);
    case "Z_BUF_ERROR":
      return "the gzip data is cut short";
    default:
      return `the gzip data is damaged (${errorMessage(error)})`;
  }
}

function tooLong(sizeBytesMax: number): string {
  return `unpacked it is longer than ${Math.max(0, sizeBytesMax)} bytes`;
}
