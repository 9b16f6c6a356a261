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
  return SECRET_KEY.test(key) && !NOT_SECRET.has(key);
}

const SECRET_KEY =
  /^(?:.*passw(?:or)?d|passwd|.*_pass|.*secret.*|.*private.*|.*token.*|validation_(?:key|cert)|admin_pass|.*api_?key)$/iu;
const SECRET_LENGTH_MIN = 4;
const SECRET_COUNT_MAX = 10_000;
const DEPTH_MAX = 32;

/** An empty collection. */
export function createSecrets(): Secrets {
  const values = new Set<string>();
  let sorted: readonly string[] | undefined;
  const add = (text: string): void => {
    for (const line of text.split("\n")) {
      const value = line.trim();
      if (value.length >= SECRET_LENGTH_MIN && values.size < SECRET_COUNT_MAX) {
        values.add(value);
        sorted = undefined;
      }
    }
  };
  const walk = (value: unknown, isSecret: boolean, depth: number): void => {
    // Bytes have an entry for each of them.
    if (depth > DEPTH_MAX || ArrayBuffer.isView(value)) {
      return;
    }
    if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") {
      // YAML makes a number of a password of digits.
      if (isSecret) {
        add(String(value));
      }
    } else if (Array.isArray(value)) {
      for (const item of value) {
        walk(item, isSecret, depth + 1);
      }
    } else if (typeof value === "object" && value !== null) {
      for (const [key, item] of Object.entries(value)) {
        if (key === "chpasswd") {
          addPasswordList(item, add);
        }
        walk(item, isSecret || isSecretKey(key), depth + 1);
      }
    }
  };
  return {
    addFrom: (config) => walk(config, false, 0),
    mask(text) {
      // Longest first, so that a secret that contains another goes as a whole.
      sorted ??= [...values].sort((a, b) => b.length - a.length);
      let masked = text;
      for (const value of sorted) {
        if (masked.includes(value)) {
          masked = masked.replaceAll(value, "***");
        }
      }
      return masked;
    },
  };
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
