const TRUE_WORDS: ReadonlySet<string> = new Set(["true", "1", "on", "yes"]);
const FALSE_WORDS: ReadonlySet<string> = new Set(["false", "0", "off", "no"]);

/** cloud-init's is_true (compat config.md §9.4): true, or one of `true 1 on yes` in any case. */
export function isTrue(value: unknown): boolean {
  return value === true || TRUE_WORDS.has(wordOf(value));
}

/** cloud-init's is_false: false, or one of `off 0 no false` in any case. What is neither is neither. */
export function isFalse(value: unknown): boolean {
  return value === false || FALSE_WORDS.has(wordOf(value));
}

/** True or false where the value says so, by type or by word; undefined where it says neither. */
export function parseBoolean(value: unknown): boolean | undefined {
  if (isTrue(value)) {
    return true;
  }
  return isFalse(value) ? false : undefined;
}

/** A boolean option: whatever is not true is false; absent or null gives the default. */
export function booleanOption(value: unknown, defaultValue: boolean): boolean {
  return value === undefined || value === null ? defaultValue : isTrue(value);
}

function wordOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number"
    ? String(value).trim().toLowerCase()
    : "";
}
