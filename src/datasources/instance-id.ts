/**
 * An instance id that can be the name of a directory under instances/ and of nothing else (compat
 * core.md §4.5): "/", control and format characters and line separators become "_". Undefined where nothing usable is left.
 */
export function parseInstanceId(value: unknown): string | undefined {
  if (typeof value !== "string" && typeof value !== "number") {
    return undefined;
  }
  const id = String(value)
    .trim()
    .replace(/[/\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "_");
  const isTooLong = new TextEncoder().encode(id).length > ID_BYTES_MAX;
  return id === "" || id === "." || id === ".." || isTooLong ? undefined : id;
}

/** What parseInstanceId takes, for messages. */
export const INSTANCE_ID_EXPECTED = "text of at most 200 bytes";

/** Below the 255 bytes of a file name, with room for what is put behind it. */
const ID_BYTES_MAX = 200;
