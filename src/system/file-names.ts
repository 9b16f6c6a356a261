import { Buffer } from "node:buffer";

/** Names sorted by the bytes of their UTF-8 form, as `LC_ALL=C ls` sorts them. */
export function sortFileNames(names: readonly string[]): readonly string[] {
  return names
    .map((name) => ({ name, bytes: Buffer.from(name) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ name }) => name);
}
