import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";

/** A key's fingerprint as pairs of hexadecimal digits (RFC 4716 §4 for md5; compat modules.md, ssh_authkey_fingerprints). */
export function hexFingerprint(base64: string, algorithm: "md5" | "sha256" | "sha512"): string {
  const digest = createHash(algorithm).update(Buffer.from(base64, "base64")).digest("hex");
  return digest.replace(/(..)(?=.)/gu, "$1:");
}

/** As `ssh-keygen -l` shows it: SHA256 and base64 without padding. */
export function opensshFingerprint(base64: string): string {
  const digest = createHash("sha256").update(Buffer.from(base64, "base64")).digest("base64");
  return `SHA256:${digest.replace(/=+$/u, "")}`;
}

/** The bits of a key, from its wire form (RFC 4253 §6.6, RFC 5656 §3.1); undefined for what is not known. */
export function keyBits(type: string, base64: string): number | undefined {
  if (/^(?:sk-)?ssh-ed25519/u.test(type)) {
    return 256;
  }
  const curve = /^(?:sk-)?ecdsa-sha2-nistp(\d{3})/u.exec(type)?.[1];
  if (curve !== undefined) {
    return Number(curve);
  }
  const fields = readFields(Buffer.from(base64, "base64"));
  const number = type === "ssh-rsa" ? fields[2] : type === "ssh-dss" ? fields[1] : undefined;
  return number === undefined ? undefined : bitLength(number);
}

function readFields(blob: Buffer): readonly Uint8Array[] {
  const fields: Uint8Array[] = [];
  let offset = 0;
  while (offset + 4 <= blob.length) {
    const length = blob.readUInt32BE(offset);
    const end = offset + 4 + length;
    if (end > blob.length) {
      break;
    }
    fields.push(blob.subarray(offset + 4, end));
    offset = end;
  }
  return fields;
}

function bitLength(number: Uint8Array): number {
  const first = number.findIndex((byte) => byte !== 0);
  return first === -1 ? 0 : (number.length - first - 1) * 8 + (32 - Math.clz32(number[first] ?? 0));
}
