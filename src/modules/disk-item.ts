import { isMapping } from "../config/cloud-config.ts";
import { describeKind } from "../text/describe-kind.ts";
import type { Problem } from "../text/problem.ts";

const TEXT_LENGTH_MAX = 4096;
const WORD_COUNT_MAX = 256;

/** The settings of one entry of a list, key by key. What does not fit is a problem, and the entry is not used. */
export interface ItemReader {
  readonly path: readonly (string | number)[];
  readonly problems: readonly Problem[];
  /** Undefined where the key is absent or null. */
  value(key: string): unknown;
  /** A number counts as its digits. Undefined for "" too. */
  text(key: string): string | undefined;
  /** False where it is absent. */
  flag(key: string): boolean;
  /** A list of texts, or a text of words. */
  words(key: string): readonly string[] | undefined;
  /** Says what is wrong below the entry's path. */
  refuse(below: readonly (string | number)[], reason: string): void;
}

/** `action` for messages: `set up disk "hdisk1"`. */
export function createItemReader(
  item: unknown,
  path: readonly (string | number)[],
  action: string,
): ItemReader {
  const problems: Problem[] = [];
  const refuse: ItemReader["refuse"] = (below, reason) => {
    const key = below.length === 0 ? "" : `"${below.join(".")}": `;
    problems.push({ message: `Cannot ${action}: ${key}${reason}`, path: [...path, ...below] });
  };
  if (!isMapping(item)) {
    refuse([], `expected a mapping, got ${describeKind(item)}`);
  }
  const settings = isMapping(item) ? item : {};
  const value = (key: string): unknown =>
    Object.hasOwn(settings, key) ? (settings[key] ?? undefined) : undefined;
  const text = (key: string): string | undefined => {
    const found = value(key);
    const words = typeof found === "number" ? String(found) : found;
    if (words === undefined || (typeof words === "string" && isLine(words))) {
      return words === "" ? undefined : words;
    }
    refuse([key], `expected text without line ends, got ${describeKind(found)} that is not`);
    return undefined;
  };
  return {
    path,
    problems,
    value,
    text,
    refuse,
    flag(key) {
      const found = value(key);
      if (found === undefined || typeof found === "boolean") {
        return found ?? false;
      }
      refuse([key], `expected true or false, got ${describeKind(found)}`);
      return false;
    },
    words(key) {
      const found = value(key);
      if (!Array.isArray(found)) {
        return text(key)
          ?.split(/\s+/u)
          .filter((word) => word !== "");
      }
      const list = found.map((word) => (typeof word === "number" ? String(word) : word));
      const good = list.filter((word): word is string => typeof word === "string" && isLine(word));
      if (good.length === list.length && list.length <= WORD_COUNT_MAX) {
        return good;
      }
      refuse([key], "expected a list of texts without line ends");
      return undefined;
    },
  };
}

function isLine(text: string): boolean {
  return text.length <= TEXT_LENGTH_MAX && !/[\u0000-\u001F\u007F]/u.test(text); // oxlint-disable-line no-control-regex -- they are what is looked for
}
