import { isSecretKey } from "../report/secrets.ts";

/** What stands for a secret. */
const HIDDEN = "***";
/** Data of which only the length is told: scripts and files may hold anything. */
const DATA_KEY = /^(?:user[_-]?data|userdata_raw|vendor[_-]?data2?|content)$/iu;
/** Bytes for the random number generator. */
const SEED_KEY = /^random_?seed$/iu;
/** Of Ansible and Chef: they may hold anything, under any name. */
const VARIABLES_KEY = /^(?:extra[_-]vars|initial_attributes)$/iu;
/** Commands of the user's, with words of any kind: their number is told. */
const COMMANDS_KEY = /^(?:runcmd|bootcmd)$/u;
const KEY_NAME = /key$/iu;
const PUBLIC_KEY_NAME = /(?:pub|public|host)[-_]?key$/iu;
/** Where a key is, or one that all may have. Base64 may begin with "/", too. */
const PUBLIC_KEY =
  /^\s*(?:\/(?:etc|home|media|mnt|opt|root|run|srv|tmp|usr|var)\/|[a-z]+:\/\/|(?:sk-)?(?:ssh|ecdsa)-|-----BEGIN (?:PGP )?PUBLIC)/u;
/** The word after it is a secret, or what follows "=". */
const SECRET_OPTION = /^(--?[\w-]*(?:token|api-?key|passw(?:or)?d|secret))(=.*)?$/isu;
const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/u;
const DEPTH_MAX = 64;

/**
 * A copy of a configuration or of metadata that people may see: without passwords, keys that are
 * not public, tokens, seeds, variables of playbooks and recipes, the content of files and of
 * user-data, commands, and names and passwords in addresses.
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
    return redactList(value, depth);
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
  if (isSecretKey(key) || SEED_KEY.test(key) || VARIABLES_KEY.test(key)) {
    return HIDDEN;
  }
  if (COMMANDS_KEY.test(key)) {
    return Array.isArray(value) ? `(commands: ${value.length})` : HIDDEN;
  }
  if (KEY_NAME.test(key) && !PUBLIC_KEY_NAME.test(key)) {
    return redactKeys(value, depth);
  }
  if (DATA_KEY.test(key) && typeof value === "string") {
    return `(${value.length} characters)`;
  }
  if (key === "chpasswd" && typeof value === "object" && "list" in value) {
    return redact({ ...value, list: HIDDEN }, depth + 1);
  }
  return redact(value, depth + 1);
}

/** One key or a list of them; a mapping has names of its own. */
function redactKeys(value: unknown, depth: number): unknown {
  if (depth >= DEPTH_MAX) {
    return HIDDEN;
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown) => redactKeys(item, depth + 1));
  }
  const isPublic = typeof value === "string" && PUBLIC_KEY.test(value);
  return isPublic || typeof value === "object" ? redact(value, depth + 1) : HIDDEN;
}

/** It may be a command line. */
function redactList(list: readonly unknown[], depth: number): readonly unknown[] {
  let isNextSecret = false;
  return list.map((item) => {
    const isSecret = isNextSecret && typeof item === "string";
    const [, option, value] = (typeof item === "string" ? SECRET_OPTION.exec(item) : null) ?? [];
    isNextSecret = option !== undefined && value === undefined;
    if (isSecret) {
      return HIDDEN;
    }
    return value === undefined ? redact(item, depth + 1) : `${option}=${HIDDEN}`;
  });
}
