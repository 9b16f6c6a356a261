import { isMapping } from "../config/cloud-config.ts";
import { describeKind } from "../text/describe-kind.ts";
import type { Problem } from "../text/problem.ts";

type Path = readonly (string | number)[];

/** Settings as they go into a file of `key = value` lines, and what cannot. */
export interface ReadIniSettings {
  readonly settings: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

/** Texts, numbers and truth values under names that cannot break out of their line; the others are problems without their value. */
export function readIniSettings(written: unknown, path: Path): ReadIniSettings {
  const settings = new Map<string, string>();
  const problems: Problem[] = [];
  if (!isMapping(written)) {
    const message = `${path.join(".")}: expected a mapping of settings, got ${describeKind(written)}`;
    return { settings, problems: [{ message, path }] };
  }
  for (const [key, value] of Object.entries(written)) {
    const text = readIniValue(value);
    if (text === undefined || !isIniName(key)) {
      const message = `${path.join(".")}: "${key}" is left out: expected text on one line, a number or a truth value under a name without "=", "[" or "#", got ${describeKind(value)}`;
      problems.push({ message, path: [...path, key] });
    } else {
      settings.set(key, text);
    }
  }
  return { settings, problems };
}

/** A name of a setting or of a section. */
export function isIniName(name: string): boolean {
  return /^[^\s=#;[\]][^=[\]\p{Cc}]*$/u.test(name) && name.trim() === name;
}

/** Undefined for what cannot stand on one line. */
export function readIniValue(value: unknown): string | undefined {
  switch (typeof value) {
    case "boolean":
    case "number":
      return String(value);
    case "string": {
      // YAML's "|" leaves a line end behind the text.
      const text = value.trim();
      return /\p{Cc}/u.test(text) ? undefined : text;
    }
    default:
      return undefined;
  }
}
