import { isSecretKey } from "../report/secrets.ts";

/** What stands for a secret. */
const HIDDEN = "***";
/** Data of which only the length is told: scripts and files may hold anything. */
const DATA_KEY = /^(?:user[_-]?data|userdata_raw|vendor[_-]?data2?|content)$/iu;
/** Bytes for the random number generator. */
const SEED_KEY = /^random_?seed$/iu;
const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/u;
const DEPTH_MAX = 64;

/**
 * A copy of a configuration or of metadata that people may see: without passwords, private keys,
 * seeds, the content of files and of user-data, and names and passwords in addresses.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === "string") {
    return PRIVATE_KEY.test(value) ? HIDDEN : value.replaceAll(/:\/\/[^/@\s]*@/gu, `://${HIDDEN}@`);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (ArrayBuffer.isView(value)) {
    return `(${value.byteLength} bytes)`;
  }
  if (depth >= DEPTH_MAX) {
    return HIDDEN;
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown) => redact(item, depth + 1));
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, unknown]) => [
      key,
      redactEntry(key, item, depth),
    ]),
  );
}

function redactEntry(key: string, value: unknown, depth: number): unknown {
  if (value === null || value === undefined || typeof value === "boolean") {
    return value;
  }
  if (isSecretKey(key) || SEED_KEY.test(key)) {
    return HIDDEN;
  }
  if (DATA_KEY.test(key) && typeof value === "string") {
    return `(${value.length} characters)`;
  }
  if (key === "chpasswd" && typeof value === "object" && "list" in value) {
    return redact({ ...value, list: HIDDEN }, depth + 1);
  }
  return redact(value, depth + 1);
}
