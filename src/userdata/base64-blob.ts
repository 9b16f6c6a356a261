import { Buffer } from "node:buffer";
import { decodeBase64 } from "../text/base64.ts";
import { isGzip } from "../text/is-gzip.ts";
import { detectContentType, isMime } from "./content-type.ts";

/** Shorter text is looked at as it is: "echo" is base64 too. */
const LENGTH_MIN = 12;
const HEAD_BYTES = 64;

/**
 * What is behind a blob that is base64 from its first to its last character and holds user-data, as
 * users send it who encode what their client encodes again. Undefined for everything else: the
 * pipeline itself knows no base64 (compat userdata.md §10), so nothing that has a meaning of its own
 * is touched.
 */
export function decodeWholeBase64(blob: Uint8Array): Uint8Array | undefined {
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
  // The head first: user-data can be megabytes.
  const head = bytes.toString("latin1", 0, HEAD_BYTES);
  if (blob.length < LENGTH_MIN || !/^[A-Za-z0-9+/=\s]+$/u.test(head)) {
    return undefined;
  }
  const decoded = decodeBase64(bytes.toString("latin1"));
  return decoded !== undefined && isUserData(decoded) ? decoded : undefined;
}

function isUserData(bytes: Uint8Array): boolean {
  return isGzip(bytes) || isMime(bytes) || detectContentType(bytes) !== undefined;
}
