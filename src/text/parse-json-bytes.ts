import { decodeUtf8 } from "./decode-utf8.ts";
import { findJsonFault } from "./find-json-fault.ts";

/** A JSON document, or why it is none. */
export type ParsedJson =
  | { readonly value: unknown }
  | { readonly fault: string; readonly line?: number };

/**
 * Parses bytes as JSON in UTF-8. The reason names the place and what was expected, and quotes
 * nothing of the document, since passwords may be in it.
 */
export function parseJsonBytes(bytes: Uint8Array): ParsedJson {
  const decoded = decodeUtf8(bytes);
  if (!("text" in decoded)) {
    const byte = decoded.wrongByte.toString(16).padStart(2, "0");
    return {
      fault: `expected JSON in UTF-8, but byte ${decoded.offsetBytes} is 0x${byte}, which is not UTF-8`,
    };
  }
  if (decoded.text.trim() === "") {
    return { fault: "expected JSON, but it is empty" };
  }
  const found = findJsonFault(decoded.text);
  if (found !== undefined) {
    const place = `line ${found.line}, column ${found.column}`;
    return { fault: `expected JSON, but at ${place}: ${found.reason}`, line: found.line };
  }
  return { value: JSON.parse(decoded.text) as unknown };
}
