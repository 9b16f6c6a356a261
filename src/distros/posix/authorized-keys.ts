import { Buffer } from "node:buffer";

/**
 * A key line of an authorized_keys file: "[options] type base64 [comment]" (sshd(8), AUTHORIZED_KEYS
 * FILE FORMAT).
 */
export interface AuthorizedKey {
  /** As written, quotes included; "" where there are none. */
  readonly options: string;
  readonly type: string;
  readonly base64: string;
  readonly comment: string;
}

/** Why a text is no key line. Names no key material. */
export type KeyRefusal = { readonly refused: string };

/** Keys of 16,384 bits need 2.8 KiB; certificates with many principals a few times that. */
const KEY_LINE_LENGTH_MAX = 128 * 1024;

/** One line, without its line end. A refusal says what was expected. */
export function parseAuthorizedKey(line: string): AuthorizedKey | KeyRefusal {
  if (line.length > KEY_LINE_LENGTH_MAX) {
    return {
      refused: `it has ${line.length} characters and a key has at most ${KEY_LINE_LENGTH_MAX}`,
    };
  }
  if (/[^\P{Cc}\t]/u.test(line)) {
    return { refused: "it has control characters" };
  }
  const text = line.trim();
  const bare = parseKeyFields(text);
  if (bare !== undefined) {
    return { options: "", ...bare };
  }
  const optionsLength = findOptionsEnd(text);
  const key = parseKeyFields(text.slice(optionsLength).trimStart());
  if (key === undefined) {
    return {
      refused: `it begins with "${firstWord(text)}"; expected "[options] type base64 [comment]", the type one of ssh-ed25519, ssh-rsa, ecdsa-sha2-nistp256, …`,
    };
  }
  return { options: text.slice(0, optionsLength), ...key };
}

/** The line of a key. */
export function formatAuthorizedKey(key: AuthorizedKey): string {
  return [key.options, key.type, key.base64, key.comment].filter((part) => part !== "").join(" ");
}

/**
 * The text of an authorized_keys file with `keys` in it. The first line with a key's body is
 * replaced by the new line and further ones go; other keys are added at the end. All other lines
 * (comments, keys of others, what cannot be parsed) stay as they are.
 */
export function mergeAuthorizedKeys(text: string, keys: readonly AuthorizedKey[]): string {
  const wanted = new Map<string, AuthorizedKey>();
  for (const key of keys) {
    if (!wanted.has(key.base64)) {
      wanted.set(key.base64, key);
    }
  }
  const placed = new Set<string>();
  const lines: string[] = [];
  for (const line of text === "" ? [] : text.replace(/\n$/u, "").split("\n")) {
    const body = bodyOf(line);
    const key = body === undefined ? undefined : wanted.get(body);
    if (key === undefined) {
      lines.push(line);
    } else if (!placed.has(key.base64)) {
      placed.add(key.base64);
      lines.push(formatAuthorizedKey(key));
    }
  }
  for (const key of wanted.values()) {
    if (!placed.has(key.base64)) {
      lines.push(formatAuthorizedKey(key));
    }
  }
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

function bodyOf(line: string): string | undefined {
  if (/^\s*(?:#|$)/u.test(line)) {
    return undefined;
  }
  const key = parseAuthorizedKey(line.replace(/\r$/u, ""));
  return "refused" in key ? undefined : key.base64;
}

/** Types that sshd knows (ssh(1) -Q key, OpenSSH 10), certificates by their suffix. */
const KEY_TYPES: ReadonlySet<string> = new Set([
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "sk-ecdsa-sha2-nistp256@openssh.com",
  "sk-ssh-ed25519@openssh.com",
  "ssh-dss",
  "ssh-ed25519",
  "ssh-rsa",
  "ssh-xmss@openssh.com",
]);
const CERTIFICATE_SUFFIX = "-cert-v01@openssh.com";

function parseKeyFields(
  text: string,
): { readonly type: string; readonly base64: string; readonly comment: string } | undefined {
  const match = /^(\S+)[ \t]+([A-Za-z0-9+/]+={0,2})(?:[ \t]+(.*))?$/u.exec(text);
  const [, type, base64, comment] = match ?? [];
  if (type === undefined || base64 === undefined || !isKeyType(type, base64)) {
    return undefined;
  }
  return { type, base64, comment: comment ?? "" };
}

/** A type of a later OpenSSH is known by its body, which begins with the same word (RFC 4253 §6.6). */
function isKeyType(type: string, base64: string): boolean {
  const plain = type.endsWith(CERTIFICATE_SUFFIX)
    ? type.slice(0, -CERTIFICATE_SUFFIX.length)
    : type;
  return (
    KEY_TYPES.has(type) ||
    KEY_TYPES.has(plain) ||
    KEY_TYPES.has(`${plain}@openssh.com`) ||
    typeInBody(base64) === type
  );
}

function typeInBody(base64: string): string | undefined {
  const bytes = Buffer.from(base64.slice(0, 128), "base64");
  if (bytes.length < 4) {
    return undefined;
  }
  const length = bytes.readUInt32BE(0);
  return length > 0 && length <= bytes.length - 4
    ? bytes.subarray(4, 4 + length).toString("latin1")
    : undefined;
}

/** Options end at the first blank outside double quotes; `\"` is a quote inside them. */
function findOptionsEnd(text: string): number {
  let isQuoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === "\\" && text[index + 1] === '"') {
      index += 1;
    } else if (character === '"') {
      isQuoted = !isQuoted;
    } else if (!isQuoted && (character === " " || character === "\t")) {
      return index;
    }
  }
  return text.length;
}

const SHOWN_LENGTH_MAX = 40;

function firstWord(text: string): string {
  const word = text.split(/[ \t]/u)[0] ?? "";
  return word.length > SHOWN_LENGTH_MAX ? `${word.slice(0, SHOWN_LENGTH_MAX)}…` : word;
}
