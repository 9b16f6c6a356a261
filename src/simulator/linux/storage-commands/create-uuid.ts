import { Buffer } from "node:buffer";

/** RFC 9562, version 4; in lower case. */
export function createUuid(ctx: { randomBytes(count: number): Uint8Array }): string {
  const bytes = Buffer.from(ctx.randomBytes(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const text = bytes.toString("hex");
  return [
    text.slice(0, 8),
    text.slice(8, 12),
    text.slice(12, 16),
    text.slice(16, 20),
    text.slice(20),
  ].join("-");
}
