import { isRecord } from "../text/record.ts";

/**
 * SSH public keys as metadata gives them (compat datasources.md §1.2): text with a key on each
 * line, a list, or a mapping of names to either. Other values, empty lines and lines with control
 * characters, which no key has, are left out.
 */
export function parsePublicKeys(value: unknown): readonly string[] {
  if (isRecord(value)) {
    return Object.values(value).flatMap(keysOf);
  }
  return keysOf(value);
}

function keysOf(value: unknown): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
  return (
    texts
      .filter((text) => typeof text === "string")
      .flatMap((text) => text.split(/\r?\n/u))
      .map((line) => line.trim())
      .filter((line) => line !== "" && !line.startsWith("#"))
      // oxlint-disable-next-line no-control-regex -- a tab may stand between the parts of a key
      .filter((line) => !/[\u0000-\u0008\u000a-\u001f\u007f]/u.test(line))
  );
}
