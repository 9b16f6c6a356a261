import type { Logger } from "../report/logger.ts";

const LF = 0x0a;
const CR = 0x0d;

/** Whether the first line ends in CR LF, as an editor on Windows leaves it. */
export function hasWindowsLineEnds(content: Uint8Array): boolean {
  const end = content.indexOf(LF);
  return end > 0 && content[end - 1] === CR;
}

/** Every CR LF as LF; other bytes, whatever their encoding, stay. */
export function toUnixLineEnds(content: Uint8Array): Uint8Array {
  const out = new Uint8Array(content.length);
  let length = 0;
  for (let at = 0; at < content.length; at += 1) {
    const byte = content[at] ?? 0;
    if (byte === CR && content[at + 1] === LF) {
      continue;
    }
    out[length] = byte;
    length += 1;
  }
  return out.subarray(0, length);
}

/** A script with LF line ends where it has CR LF, which is said: the system would look for an interpreter whose name ends in CR. */
export function repairLineEnds(
  content: Uint8Array,
  filename: string,
  ctx: { readonly log: Logger; readonly source: string },
): Uint8Array {
  if (!hasWindowsLineEnds(content)) {
    return content;
  }
  ctx.log.info(`Script "${filename}" of ${ctx.source} has CR LF line ends: stored with LF`);
  return toUnixLineEnds(content);
}
