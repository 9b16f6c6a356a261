import { Buffer } from "node:buffer";
import { isMapping } from "../config/cloud-config.ts";
import { describeKind } from "../text/describe-kind.ts";
import type { Problem } from "../text/problem.ts";
import { textOf } from "../text/text-of.ts";
import { parseYaml } from "../text/yaml.ts";
import { detectContentType } from "./content-type.ts";
import type { MimeEntity } from "./mime.ts";

/** What is in an archive, and what of it cannot be used. */
export interface ParsedArchive {
  readonly entities: readonly MimeEntity[];
  readonly problems: readonly Problem[];
}

const ITEMS_MAX = 10_000;
const OWN_KEYS: ReadonlySet<string> = new Set(["content", "type", "filename", "launch-index"]);

/**
 * Reads a `#cloud-config-archive`: a YAML list whose items are a content each, as text or as a mapping
 * with `content`, `type`, `filename`, `launch-index`; other keys are headers of the part (compat
 * userdata.md §3.2). An item that is neither is a problem, and the rest is used.
 */
export function parseArchive(content: Uint8Array, source: string): ParsedArchive {
  const parsed = parseYaml(content, source, { withLines: true });
  if (!parsed.ok) {
    return { entities: [], problems: parsed.problems };
  }
  if (!Array.isArray(parsed.value)) {
    const found = describeKind(parsed.value);
    const message = `Cannot use this archive: expected a list of parts, got ${found}`;
    return { entities: [], problems: [{ message, source }] };
  }
  const entities: MimeEntity[] = [];
  const problems: Problem[] = [];
  const { lines } = parsed;
  const report = (index: number, reason: string): void => {
    const at =
      lines !== undefined && typeof lines !== "number" && "items" in lines
        ? lines.items[index]
        : undefined;
    const line = typeof at === "number" ? at : at?.line;
    const message = `Cannot use item ${index + 1} of this archive: ${reason}`;
    problems.push({ message, source, ...(line === undefined ? {} : { line }) });
  };
  for (const [index, item] of parsed.value.slice(0, ITEMS_MAX).entries()) {
    const entity = toEntity(item);
    if (typeof entity === "string") {
      report(index, entity);
    } else {
      entities.push(entity);
    }
  }
  if (parsed.value.length > ITEMS_MAX) {
    const message = `Cannot use all of this archive: it has ${parsed.value.length} items, at most ${ITEMS_MAX} are read`;
    problems.push({ message, source });
  }
  return { entities, problems };
}

function toEntity(item: unknown): MimeEntity | string {
  if (typeof item === "string") {
    const content = Buffer.from(item);
    return { contentType: typeOf(undefined, item, content), headers: {}, content };
  }
  if (!isMapping(item)) {
    return `expected text or a mapping with "content", got ${describeKind(item)}`;
  }
  const given = item["content"];
  if (typeof given !== "string" && !(given instanceof Uint8Array)) {
    return `expected "content" to be text, got ${describeKind(given)}`;
  }
  const content = typeof given === "string" ? Buffer.from(given) : given;
  const filename = item["filename"];
  const launchIndex = item["launch-index"];
  const others = Object.entries(item).filter(([key]) => !OWN_KEYS.has(key));
  return {
    contentType: typeOf(item["type"], given, content),
    ...(typeof filename === "string" && filename !== "" ? { filename } : {}),
    headers: Object.fromEntries([
      ...others.map(([key, value]): [string, string] => [key.toLowerCase(), textOf(value)]),
      ...(launchIndex === undefined || launchIndex === null
        ? []
        : [["launch-index", textOf(launchIndex)] as const]),
    ]),
    content,
  };
}

function typeOf(declared: unknown, given: string | Uint8Array, content: Uint8Array): string {
  if (typeof declared === "string" && declared.trim() !== "") {
    return declared.trim().toLowerCase();
  }
  const fallback = typeof given === "string" ? "text/cloud-config" : "application/octet-stream";
  return detectContentType(content) ?? fallback;
}
