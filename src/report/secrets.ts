import { decodeBase64 } from "../text/base64.ts";
import { decodeUtf8 } from "../text/decode-utf8.ts";

/**
 * Values that must never reach a log, the ledger or a message. They are collected from the
 * configuration by key name; short ones are left out, since masking "a" would garble every line.
 */
export interface Secrets {
  /** Adds every value under a key that names a secret, at any depth. */
  addFrom(config: unknown): void;
  /** The text with each known secret replaced by "***". */
  mask(text: string): string;
}

/** Whether a value under this key is a secret. */
export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key.toLowerCase()) && !NOT_SECRET.has(key);
}

/** Of small letters: with the flag i, V8 takes a millisecond to compile it, in each process. */
const SECRET_KEY =
  /^(?:.*passw(?:or)?d|passwd|.*[-_]pass|.*secret.*|.*private.*|.*token.*|validation_(?:key|cert)|admin_pass|.*api_?key|csr_attributes|consumer_key|(?:activation|registration)[-_]key|.*\.psk)$/u;
const SECRET_LENGTH_MIN = 4;
/** Tokens are longer than most words and names, which must not go out of every line. */
const TOKEN_LENGTH_MIN = 8;
const NOT_A_SECRET = Infinity;
/** Of OAuth: they say who asks, and may be any name. */
const IDENTITY_KEY = /^(?:consumer|token)_key$/iu;
/** Mappings whose keys are names that somebody chose. */
const NAMES_KEY = /^(?:reporting|yum_repos)$/u;
const SECRET_COUNT_MAX = 1_000_000;
const DEPTH_MAX = 32;

/** An empty collection. */
export function createSecrets(): Secrets {
  const values = new Set<string>();
  let mask: ((text: string) => string) | undefined;
  const add = (text: string, lengthMin = SECRET_LENGTH_MIN): void => {
    for (const line of text.split("\n")) {
      const value = line.trim();
      if (value.length >= lengthMin && values.size < SECRET_COUNT_MAX) {
        values.add(value);
        mask = undefined;
      }
    }
  };
  const walk = (value: unknown, lengthMin: number, depth: number, hasNames = false): void => {
    // Bytes have an entry for each of them.
    if (depth > DEPTH_MAX || ArrayBuffer.isView(value)) {
      return;
    }
    if (typeof value === "string" && value.includes("://")) {
      addAddressPasswords(value, add);
    }
    if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") {
      // YAML makes a number of a password of digits.
      add(String(value), lengthMin);
    } else if (Array.isArray(value)) {
      for (const item of value) {
        walk(item, lengthMin, depth + 1);
      }
    } else if (typeof value === "object" && value !== null) {
      for (const [key, item] of Object.entries(value)) {
        if (key === "chpasswd") {
          addPasswordList(item, add);
        }
        if (key === "mounts") {
          addMountPasswords(item, add);
        }
        if (key === "debconf_selections") {
          addAnswers(item, add);
        }
        if (key === "random_seed") {
          addSeed(item, add);
        }
        const isName = hasNames && typeof item === "object";
        const ownMin = isName ? NOT_A_SECRET : ownLengthMin(key, item);
        walk(item, Math.min(lengthMin, ownMin), depth + 1, NAMES_KEY.test(key));
      }
    }
  };
  return {
    addFrom: (config) => walk(config, NOT_A_SECRET, 0),
    mask(text) {
      mask ??= createMask([...values].sort((a, b) => b.length - a.length));
      return mask(text);
    },
  };
}

/** From which length on a value under this key is masked. */
function ownLengthMin(key: string, value: unknown): number {
  if (!isSecretKey(key) || isPathOfSecret(key, value)) {
    return NOT_A_SECRET;
  }
  return IDENTITY_KEY.test(key) ? TOKEN_LENGTH_MIN : SECRET_LENGTH_MIN;
}

/** The secrets come longest first, so that one that contains another goes as a whole. */
function createMask(secrets: readonly string[]): (text: string) => string {
  if (secrets.length > FEW) {
    const byStart = new Map<string, string[]>();
    for (const secret of secrets) {
      const start = secret.slice(0, SECRET_LENGTH_MIN);
      const others = byStart.get(start);
      if (others === undefined) {
        byStart.set(start, [secret]);
      } else {
        others.push(secret);
      }
    }
    return (text) => maskByStart(text, byStart);
  }
  return (text) => {
    let masked = text;
    for (const secret of secrets) {
      if (masked.includes(secret)) {
        masked = masked.replaceAll(secret, "***");
      }
    }
    return masked;
  };
}

/** Up to here, searching a text for each secret is quicker. Thousands of users have thousands of them. */
const FEW = 32;

/** Looks at each place of the text once, whatever the number of secrets; where two overlap, both go. */
function maskByStart(text: string, byStart: ReadonlyMap<string, readonly string[]>): string {
  let masked = "";
  let end = 0;
  for (let at = 0; at + SECRET_LENGTH_MIN <= text.length; at += 1) {
    const candidates = byStart.get(text.slice(at, at + SECRET_LENGTH_MIN));
    const secret = candidates?.find((candidate) => text.startsWith(candidate, at));
    if (secret !== undefined) {
      if (at >= end) {
        masked += `${text.slice(end, at)}***`;
      }
      end = Math.max(end, at + secret.length);
    }
  }
  return masked + text.slice(end);
}

const NOT_SECRET: ReadonlySet<string> = new Set([
  // What in it is secret is told key by key.
  "chpasswd",
  "lock_passwd",
  "lock-passwd",
  "ssh_pwauth",
  "set-passwords",
  "set_passwords",
]);

/** mount.cifs(8): `username=u,password=p` among the options, the fourth field of an entry. */
function addMountPasswords(mounts: unknown, add: (text: string) => void): void {
  for (const entry of Array.isArray(mounts) ? mounts : []) {
    const options: unknown = Array.isArray(entry) ? entry[3] : undefined;
    for (const option of typeof options === "string" ? options.split(",") : []) {
      const password = /^pass(?:word)?2?=(.*)$/u.exec(option)?.[1];
      if (password !== undefined) {
        add(password);
      }
    }
  }
}

/** Longer texts are files with examples in them, not addresses. */
const ADDRESS_LENGTH_MAX = 65_536;

/** `http://user:password@host`, of a proxy or a repository; a user alone may be a token there, not with ssh. */
function addAddressPasswords(text: string, add: (text: string, lengthMin?: number) => void): void {
  if (text.length <= ADDRESS_LENGTH_MAX) {
    // A password with an "@" in it ends at the last one before the host.
    for (const pattern of [/:\/\/[^/\s:@]*:([^/\s@]+)@/gu, /:\/\/[^/\s:@]*:([^/\s?#]+)@/gu]) {
      for (const [, password = ""] of text.matchAll(pattern)) {
        add(password);
      }
    }
    for (const [, token = ""] of text.matchAll(
      /https?:\/\/([^/\s:@]+)(?::(?:x-oauth-basic)?)?@/giu,
    )) {
      add(token, TOKEN_LENGTH_MIN);
    }
  }
}

/** `PACKAGE QUESTION password ANSWER`, under any name. */
function addAnswers(value: unknown, add: (text: string) => void): void {
  if (typeof value !== "object" || value === null) {
    return;
  }
  for (const text of Object.values(value)) {
    for (const line of typeof text === "string" ? text.split("\n") : []) {
      const answer = /^\s*\S+\s+\S+\s+password\s+(.*)$/u.exec(line)?.[1];
      if (answer !== undefined) {
        add(answer);
      }
    }
  }
}

/** Keys of chef and ansible that hold a secret, or say where one is: a path, or "system" for the usual one. */
function isPathOfSecret(key: string, value: unknown): boolean {
  return (
    /^(?:validation_(?:key|cert)|encrypted_data_bag_secret|private_key)$/u.test(key) &&
    typeof value === "string" &&
    (/^\/[^\s]*$/u.test(value) || value.trim() === "system")
  );
}

/** `chpasswd: {list: "user:password\n…"}`: only what follows the colon is secret. */
function addPasswordList(value: unknown, add: (text: string) => void): void {
  if (typeof value !== "object" || value === null || !("list" in value)) {
    return;
  }
  const list: unknown = value.list;
  const lines = typeof list === "string" ? list.split("\n") : Array.isArray(list) ? list : [];
  for (const line of lines) {
    const colon = typeof line === "string" ? line.indexOf(":") : -1;
    if (typeof line === "string" && colon >= 0) {
      add(line.slice(colon + 1));
    }
  }
}

/** `random_seed` of a cloud's metadata, or `random_seed: {data}` of a cloud-config. */
function addSeed(value: unknown, add: (text: string) => void): void {
  const data = typeof value === "object" && value !== null && "data" in value ? value.data : value;
  if (typeof data !== "string") {
    return;
  }
  add(data);
  // A plan shows what would be written.
  const bytes = decodeBase64(data);
  const decoded = bytes === undefined ? undefined : decodeUtf8(bytes);
  if (decoded !== undefined && "text" in decoded) {
    add(decoded.text);
  }
}
