import { type Given, type NetworkDraft, type Place, reportProblem } from "./network-draft.ts";

/** Key path in parsed JSON or YAML. */
export type Path = readonly (string | number)[];
/** An object of parsed JSON or YAML. */
export type Raw = Readonly<Record<string, unknown>>;

/** A list, or text with blanks or commas between the items. */
export function givenList(owner: Raw, key: string, path: Path): readonly Given[] {
  const value = owner[key];
  const items: readonly unknown[] = Array.isArray(value)
    ? value
    : typeof value === "string"
      ? value.split(/[\s,]+/u)
      : [];
  return items.map((item) => givenAt(item, [...path, key])).filter(({ text }) => text !== "");
}

/** A value of JSON as text, and where it stands; "" where there is none. */
export function givenAt(value: unknown, path: Path): Given {
  const at = { path };
  if (value === undefined || value === null) {
    return { text: "", at };
  }
  return { text: describeValue(value), at };
}

/** A value of JSON for a message, or to be parsed where it is text or a number. Never throws, whatever the JSON. */
export function describeValue(value: unknown): string {
  if (typeof value === "string") {
    return value.trim();
  }
  if (typeof value === "object" && value !== null) {
    return Array.isArray(value) ? "[a list]" : "[an object]";
  }
  return String(value);
}

/** The list under a key; empty where there is none, with a problem where there is something else. */
export function readList(
  draft: NetworkDraft,
  owner: Raw,
  key: string,
  at: Place,
): readonly unknown[] {
  const value = owner[key];
  if (Array.isArray(value)) {
    return value as readonly unknown[];
  }
  if (value !== undefined && value !== null) {
    reportProblem(draft, `Cannot use "${key}": expected a list`, {
      path: [...(at.path ?? []), key],
    });
  }
  return [];
}

/** Text, or a number as text; undefined for everything else and for "". */
export function readText(value: unknown): string | undefined {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && text.trim() !== "" ? text.trim() : undefined;
}
