import { isRecord } from "./record.ts";

/** JSON as cloud-init writes it: indent 1, sorted keys, a newline at the end (compat core.md §6). */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(sortKeys(value), undefined, 1)}\n`;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sortKeys);
  }
  if (isRecord(value)) {
    return Object.fromEntries(
      Object.keys(value)
        .sort()
        .map((key) => [key, sortKeys(value[key])]),
    );
  }
  return value;
}
