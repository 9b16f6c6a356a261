import { isMapping } from "../config/cloud-config.ts";
import type { ParsedYaml } from "../text/yaml-document.ts";
import type { Part } from "./part.ts";

const KEY = "launch-index";

/**
 * Which instance of several that were launched together a part is for (compat userdata.md §5): its
 * `Launch-Index` header or, of cloud-config, its key `launch-index`. Undefined where it is for all;
 * what is no integer says nothing.
 */
export async function readLaunchIndex(
  part: Part,
  parse: (content: Uint8Array) => Promise<ParsedYaml>,
): Promise<number | undefined> {
  const header = toInteger(part.headers[KEY]);
  if (header !== undefined || part.contentType !== "text/cloud-config") {
    return header;
  }
  // Most parts do not have the word, and need not be parsed for it.
  if (!new TextDecoder("latin1").decode(part.content).includes(KEY)) {
    return undefined;
  }
  const parsed = await parse(part.content);
  return parsed.ok && isMapping(parsed.value) ? toInteger(parsed.value[KEY]) : undefined;
}

function toInteger(value: unknown): number | undefined {
  if (typeof value === "number" && Number.isSafeInteger(value)) {
    return value;
  }
  return typeof value === "string" && /^\s*[-+]?\d{1,9}\s*$/u.test(value)
    ? Number(value)
    : undefined;
}
