import type nodeCrypto from "node:crypto";
import { createRequire } from "node:module";

/** What `getRandomValues` gives at once (Web Crypto API §10.1.1). */
const CHUNK_MAX_BYTES = 65_536;

/**
 * Bytes of the system's CSPRNG. `node:crypto` takes longer to load than all that most commands do:
 * only Node.js 18, which has no global `crypto`, needs it.
 */
export function randomBytes(count: number): Uint8Array {
  const web: typeof globalThis.crypto | undefined = globalThis.crypto;
  if (web === undefined) {
    const { randomFillSync } = createRequire("/")("node:crypto") as typeof nodeCrypto;
    return randomFillSync(new Uint8Array(count));
  }
  const bytes = new Uint8Array(count);
  for (let start = 0; start < count; start += CHUNK_MAX_BYTES) {
    web.getRandomValues(bytes.subarray(start, start + CHUNK_MAX_BYTES));
  }
  return bytes;
}
