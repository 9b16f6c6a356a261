/**
 * Whether bytes begin like a gzip stream (RFC 1952 §2.3.1). Apart from `gunzip`, since most data is
 * none and loading zlib costs a millisecond.
 */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
