import { readLineValue } from "./simple-yaml-flow.ts";
import {
  count,
  endOfLine,
  finishLine,
  KEY,
  matchAt,
  moveToContent,
  NAME,
  type Reader,
  type Scalar,
  scalar,
  skipBlanks,
  unusual,
  UnusualYaml,
} from "./simple-yaml-reader.ts";
import type { YamlNode } from "./yaml-node.ts";

/**
 * The nodes of a document that is written plainly, as most cloud-configs are: block mappings and
 * lists, scalars and brackets that end in their line, block text with "|". Undefined for any other
 * text, be it wrong or merely unusual: that is work for the package `yaml`, which alone says what is
 * wrong. What is read here, the package reads the same way; test/text/simple-yaml.test.ts holds the
 * two against each other.
 *
 * It exists for what the package costs: 30 ms of a boot's 250 for small files, and for 10,000
 * entries of write_files a second and 100 MiB, where this takes a tenth.
 */
export function readSimpleYaml(text: string): YamlNode | undefined {
  const reader: Reader = { text, at: 0, indent: 0, anchors: new Set(), nodeCount: 0 };
  if (LINE_SEPARATORS.test(text)) {
    return undefined;
  }
  try {
    moveToContent(reader, 0);
    skipMarker(reader, "---");
    if (reader.indent !== 0) {
      return undefined;
    }
    const root = isDash(reader) ? readList(reader, 0, 0) : readMapping(reader, 0, 0);
    skipMarker(reader, "...");
    return reader.at === text.length ? root : undefined;
  } catch (error) {
    if (error instanceof UnusualYaml) {
      return undefined;
    }
    throw error;
  }
}

/** Line ends of YAML 1.1 that are not "\n". */
const LINE_SEPARATORS = /[\u2028\u2029\uFEFF]/u;
const BLOCK_TEXT = /\|(-?) *(?: #[^\n]*)?\n/y;

/** Goes past a line that marks where the document begins or ends. */
function skipMarker(reader: Reader, marker: string): void {
  if (isMarker(reader, marker)) {
    finishLine(reader, reader.at + marker.length);
  }
}

function isMarker({ text, at, indent }: Reader, marker: string): boolean {
  return indent === 0 && text.startsWith(marker, at);
}

function isDash({ text, at }: Reader): boolean {
  return text[at] === "-" && text[at + 1] === " ";
}

/** The reader is at the first key, which may stand behind a dash, `indent` characters from its line's beginning. */
function readMapping(reader: Reader, indent: number, depth: number): YamlNode {
  const { text, at: offset } = reader;
  const pairs: { readonly key: Scalar; readonly value: YamlNode | null }[] = [];
  do {
    count(reader, depth);
    const match = matchAt(KEY, text, reader.at) ?? unusual();
    const key = scalar(match[1] ?? "", true, reader.at);
    const from = reader.at + match[0].length;
    pairs.push({ key, value: readValue(reader, from, indent, depth + 1) });
  } while (reader.indent === indent && !isDash(reader) && !isMarker(reader, "..."));
  if (reader.indent > indent) {
    unusual();
  }
  return { kind: "mapping", pairs, tag: undefined, anchor: undefined, offset };
}

/** What stands behind a key: in its line, or below it; a list may stand as far left as the key. */
function readValue(reader: Reader, from: number, indent: number, depth: number): YamlNode | null {
  const { text } = reader;
  const character = text[from];
  if (character !== undefined && character !== "\n" && character !== "#") {
    return readInLine(reader, from, indent, depth);
  }
  moveToContent(reader, endOfLine(text, from) + 1);
  if (reader.indent > indent) {
    return isDash(reader)
      ? readList(reader, reader.indent, depth)
      : readMapping(reader, reader.indent, depth);
  }
  return reader.indent === indent && isDash(reader) ? readList(reader, indent, depth) : null;
}

function readList(reader: Reader, indent: number, depth: number): YamlNode {
  const { text, at: offset } = reader;
  const items: YamlNode[] = [];
  do {
    count(reader, depth);
    const dashAt = reader.at;
    const from = skipBlanks(text, dashAt + 1);
    const inner = indent + from - dashAt;
    items.push(readItem(reader, from, { indent, inner }, depth + 1));
  } while (reader.indent === indent && isDash(reader));
  if (reader.indent > indent) {
    unusual();
  }
  return { kind: "list", items, tag: undefined, anchor: undefined, offset };
}

/** What stands behind a dash: `inner` characters from its line's beginning, and the dash `indent`. */
function readItem(
  reader: Reader,
  from: number,
  { indent, inner }: { readonly indent: number; readonly inner: number },
  depth: number,
): YamlNode {
  const { text } = reader;
  const isList = text[from] === "-" && text[from + 1] === " ";
  if (!isList && matchAt(KEY, text, from) === null) {
    return readInLine(reader, from, indent, depth);
  }
  reader.at = from;
  reader.indent = inner;
  return isList ? readList(reader, inner, depth) : readMapping(reader, inner, depth);
}

/** A value that begins behind a key or a dash; `indent` is that of the key's mapping or the dash. */
function readInLine(reader: Reader, from: number, indent: number, depth: number): YamlNode {
  const { text } = reader;
  count(reader, depth);
  if (text[from] === "&") {
    return readAnchored(reader, from, indent, depth);
  }
  if (text[from] === "|") {
    return readBlockText(reader, from, indent);
  }
  const { node, end } = readLineValue(reader, from, depth);
  finishLine(reader, end);
  return node;
}

function readAnchored(reader: Reader, from: number, indent: number, depth: number): YamlNode {
  const { text } = reader;
  const anchor = matchAt(NAME, text, from + 1)?.[0] ?? unusual();
  const end = from + 1 + anchor.length;
  const valueAt = skipBlanks(text, end);
  if (valueAt === end || text[valueAt] === "&" || text[valueAt] === "*") {
    unusual();
  }
  const node = readInLine(reader, valueAt, indent, depth);
  reader.anchors.add(anchor);
  return { ...node, anchor } as YamlNode;
}

/** Lines that are indented deeper than `indent`, up to the first that is not (YAML 1.1 §9.3.2). */
function readBlockText(reader: Reader, from: number, indent: number): YamlNode {
  const { text } = reader;
  const header = matchAt(BLOCK_TEXT, text, from) ?? unusual();
  const lines: string[] = [];
  let depth = 0;
  let lineCount = 0;
  let start = from + header[0].length;
  while (start < text.length) {
    const contentAt = skipBlanks(text, start);
    const end = endOfLine(text, contentAt);
    const blankCount = contentAt - start;
    const isBlank = contentAt === end;
    if (!isBlank && depth === 0) {
      depth = blankCount;
      if (depth <= indent || text[contentAt] === "\t") {
        unusual();
      }
    }
    if (!isBlank && blankCount < depth) {
      if (blankCount > indent || text[contentAt] === "\t") {
        unusual();
      }
      break;
    }
    if (isBlank && (blankCount > depth || end === text.length)) {
      unusual();
    }
    lines.push(isBlank ? "" : text.slice(start + depth, end));
    if (!isBlank) {
      lineCount = lines.length;
    }
    start = end + 1;
  }
  // Without a line end behind its last line it ends otherwise; without any line it is rare.
  if (lineCount === 0 || start > text.length) {
    unusual();
  }
  lines.length = lineCount;
  moveToContent(reader, start);
  return scalar(lines.join("\n") + (header[1] === "-" ? "" : "\n"), false, from);
}
