import { createHash } from "node:crypto";

/**
 * A password as crypt(5)'s "$6$" hash: SHA-512 in 5,000 rounds, as "Unix crypt using SHA-256 and
 * SHA-512" (Ulrich Drepper, version 0.6) says. `salt`: 1 to 16 characters of "./0-9A-Za-z".
 */
export function sha512Crypt(password: string, salt: string): string {
  const key = new TextEncoder().encode(password);
  const saltBytes = new TextEncoder().encode(salt);
  const alternate = digest([key, saltBytes, key]);
  const first: Uint8Array[] = [key, saltBytes, repeat(alternate, key.length)];
  for (let bits = key.length; bits > 0; bits >>>= 1) {
    first.push((bits & 1) === 1 ? alternate : key);
  }
  let sum = digest(first);
  const p = repeat(digest(Array.from({ length: key.length }, () => key)), key.length);
  const saltCopies = 16 + (sum[0] ?? 0);
  const s = repeat(digest(Array.from({ length: saltCopies }, () => saltBytes)), saltBytes.length);
  for (let round = 0; round < ROUNDS; round += 1) {
    const isOdd = round % 2 === 1;
    sum = digest([
      isOdd ? p : sum,
      ...(round % 3 === 0 ? [] : [s]),
      ...(round % 7 === 0 ? [] : [p]),
      isOdd ? sum : p,
    ]);
  }
  return `$6$${salt}$${encode(sum)}`;
}

const ROUNDS = 5000;
const DIGEST_BYTES = 64;
const ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

function digest(parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash("sha512");
  for (const part of parts) {
    hash.update(part);
  }
  return hash.digest();
}

/** `length` bytes of `block`, begun anew each 64. */
function repeat(block: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let start = 0; start < length; start += DIGEST_BYTES) {
    bytes.set(block.subarray(0, Math.min(DIGEST_BYTES, length - start)), start);
  }
  return bytes;
}

/** The 21 groups of three bytes, 21 apart, whose order turns by one each time; then the last byte. */
function encode(sum: Uint8Array): string {
  let text = "";
  let group = [0, 21, 42];
  for (let count = 0; count < 21; count += 1) {
    const [high = 0, middle = 0, low = 0] = group.map((index) => sum[index] ?? 0);
    text += letters((high << 16) | (middle << 8) | low, 4);
    const [a = 0, b = 0, c = 0] = group;
    group = [b + 1, c + 1, a + 1];
  }
  return text + letters(sum[63] ?? 0, 2);
}

function letters(value: number, count: number): string {
  return Array.from({ length: count }, (_, index) => ALPHABET[(value >>> (6 * index)) & 0x3f]).join(
    "",
  );
}
