import { Buffer } from "node:buffer";
import { isRecord } from "../text/record.ts";

/** What instance-data.json takes for base64 (compat core.md §6). */
const BASE64_PREFIX = "ci-b64:";
const DEPTH_MAX = 64;

/**
 * Metadata as it can be kept in JSON from one stage to the next and come back the same: bytes that
 * are no text become "ci-b64:…", numbers that JSON has no word for become text, what is nested too
 * deeply is left out.
 */
export function keepableMetadata(
  raw: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const kept = keepable(raw, 0);
  return isRecord(kept) ? kept : {};
}

function keepable(value: unknown, depth: number): unknown {
  if (value instanceof Uint8Array) {
    return `${BASE64_PREFIX}${Buffer.from(value).toString("base64")}`;
  }
  if (typeof value === "bigint" || (typeof value === "number" && !Number.isFinite(value))) {
    return String(value);
  }
  if (depth >= DEPTH_MAX) {
    return null;
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown) => keepable(item, depth + 1));
  }
  return isRecord(value)
    ? Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, keepable(item, depth + 1)]),
      )
    : value;
}
