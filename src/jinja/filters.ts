import { textOf } from "../text/text-of.ts";

/** A filter on plain values; `args` are positional. Throws where the operand is none for it. */
export type Filter = (operand: unknown, args: readonly unknown[]) => unknown;

/**
 * Filters of Jinja (its documentation, "List of Builtin Filters") that the library has not, or only
 * for some types of value.
 */
const FILTERS: Readonly<Record<string, Filter>> = {
  count: lengthOf,
  e: escapeHtml,
  escape: escapeHtml,
  first: (operand) => itemsOf("first", operand)[0],
  join: (operand, [separator]) =>
    itemsOf("join", operand)
      .map(textOf)
      .join(separator === undefined ? "" : textOf(separator)),
  last: (operand) => itemsOf("last", operand).at(-1),
  length: lengthOf,
  list: (operand) => itemsOf("list", operand),
  lower: (operand) => textOf(operand).toLowerCase(),
  max: (operand) => extreme("max", operand, (a, b) => a > b),
  min: (operand) => extreme("min", operand, (a, b) => a < b),
  round,
  string: textOf,
  sum: (operand) =>
    itemsOf("sum", operand).reduce<number>((sum, item) => sum + numberOf("sum", item), 0),
  trim: (operand, [characters]) => trim(textOf(operand), characters),
  upper: (operand) => textOf(operand).toUpperCase(),
  urlencode: (operand) =>
    encodeURIComponent(textOf(operand))
      .replaceAll("%2F", "/")
      .replace(/[!'()*]/gu, percent),
};

/** The filter of that name, or undefined where the library has the only one or there is none. */
export function findFilter(name: string): Filter | undefined {
  return Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
}

function lengthOf(operand: unknown): number {
  return itemsOf("length", operand).length;
}

/** What Python iterates over: characters, items, keys. */
function itemsOf(filter: string, operand: unknown): readonly unknown[] {
  if (typeof operand === "string") {
    return [...operand];
  }
  if (Array.isArray(operand)) {
    return operand;
  }
  if (typeof operand === "object" && operand !== null) {
    return Object.keys(operand);
  }
  throw new TypeError(`the filter "${filter}" needs a list, a mapping or text`);
}

function numberOf(filter: string, value: unknown): number {
  if (typeof value === "number") {
    return value;
  }
  throw new TypeError(`the filter "${filter}" needs numbers`);
}

function extreme(
  filter: string,
  operand: unknown,
  isBetter: (a: number | string, b: number | string) => boolean,
): unknown {
  let best: number | string | undefined;
  for (const item of itemsOf(filter, operand)) {
    if (typeof item !== "number" && typeof item !== "string") {
      throw new TypeError(`the filter "${filter}" needs numbers or texts`);
    }
    if (best !== undefined && typeof best !== typeof item) {
      throw new TypeError(`the filter "${filter}" cannot compare numbers with texts`);
    }
    best = best === undefined || isBetter(item, best) ? item : best;
  }
  return best;
}

function round(operand: unknown, [precision = 0, method = "common"]: readonly unknown[]): number {
  const value = numberOf("round", operand);
  const factor = 10 ** Math.min(15, Math.max(0, numberOf("round", precision)));
  switch (method) {
    case "ceil":
      return Math.ceil(value * factor) / factor;
    case "floor":
      return Math.floor(value * factor) / factor;
    default:
      return Math.round(value * factor) / factor;
  }
}

function trim(text: string, characters: unknown): string {
  if (typeof characters !== "string") {
    return text.trim();
  }
  let start = 0;
  let end = text.length;
  while (start < end && characters.includes(text[start] ?? "")) {
    start += 1;
  }
  while (end > start && characters.includes(text[end - 1] ?? "")) {
    end -= 1;
  }
  return text.slice(start, end);
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&#34;",
  "'": "&#39;",
};

function escapeHtml(operand: unknown): string {
  return textOf(operand).replace(/[&<>"']/gu, (character) => ENTITIES[character] ?? character);
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
