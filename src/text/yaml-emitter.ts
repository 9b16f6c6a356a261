import { Buffer } from "node:buffer";
import { plainScalarType } from "./yaml-scalar.ts";

/** Deeper values cannot be written, nor would PyYAML read them back. */
const DEPTH_MAX = 256;
const BASE64_LINE_LENGTH = 76;
/** YAML allows 1024 characters for a key that stands before its colon on one line. */
const SIMPLE_KEY_LENGTH_MAX = 1000;

/**
 * A value as the YAML document that cloud-init writes (compat config.md §9.3): "---", block style,
 * indented by four, list items not further in than their key, keys sorted, "..." at the end; no
 * anchors. PyYAML reads it back equal: text that looks like another type is quoted. Texts of several
 * lines stand as block text, which people can read. Properties that are undefined are left out.
 * Throws a RangeError for a value nested more than 256 levels deep (a circular one too).
 *
 * Our own, since `stringify` of the package `yaml` takes 500 ms of CPU for the 10,000 entries of
 * write_files (1.9 MB) that this writes in 90 ms, and quotes for its own reading, not for PyYAML's.
 */
export function stringifyYaml(value: unknown): string {
  return `---\n${renderYamlBody(value)}...\n`;
}

/** The same without the "---" and "..." lines: for a document among comments of the writer's own. */
export function renderYamlBody(value: unknown): string {
  const out: string[] = [];
  if (!appendCollection(out, value, "", false, 0)) {
    out.push(scalarText(value, undefined), "\n");
  }
  return out.join("");
}

/**
 * Appends a mapping or list with content, else returns false. `isInline`: the first line continues
 * after a dash and its blanks.
 */
function appendCollection(
  out: string[],
  value: unknown,
  indent: string,
  isInline: boolean,
  depth: number,
): boolean {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) {
    return false;
  }
  if (depth > DEPTH_MAX) {
    throw new RangeError(
      `Cannot write YAML: the value is nested more than ${DEPTH_MAX} levels deep`,
    );
  }
  if (Array.isArray(value)) {
    return appendList(out, value, indent, isInline, depth);
  }
  return appendMapping(out, value as Readonly<Record<string, unknown>>, indent, isInline, depth);
}

function appendList(
  out: string[],
  items: readonly unknown[],
  indent: string,
  isInline: boolean,
  depth: number,
): boolean {
  const inner = `${indent}    `;
  let prefix = isInline ? "" : indent;
  for (const item of items) {
    out.push(prefix, "-   ");
    prefix = indent;
    if (!appendCollection(out, item, inner, true, depth + 1)) {
      // Scalars stand right behind one blank, as PyYAML writes them.
      out[out.length - 1] = "- ";
      out.push(scalarText(item, inner), "\n");
    }
  }
  return items.length > 0;
}

function appendMapping(
  out: string[],
  mapping: Readonly<Record<string, unknown>>,
  indent: string,
  isInline: boolean,
  depth: number,
): boolean {
  const inner = `${indent}    `;
  const keys = Object.keys(mapping).sort();
  let prefix = isInline ? "" : indent;
  let isEmpty = true;
  for (const key of keys) {
    const value = mapping[key];
    if (value === undefined) {
      continue;
    }
    isEmpty = false;
    out.push(prefix, keyText(key, indent), ":");
    prefix = indent;
    const at = out.length;
    out.push("\n");
    // A list under a key is not indented further.
    const isList = Array.isArray(value);
    if (!appendCollection(out, value, isList ? indent : inner, false, depth + 1)) {
      out[at] = " ";
      out.push(scalarText(value, inner), "\n");
    }
  }
  return !isEmpty;
}

function keyText(key: string, indent: string): string {
  const text = quoteText(key, undefined);
  return text.length > SIMPLE_KEY_LENGTH_MAX ? `? ${text}\n${indent}` : text;
}

/** `indent` is where block text would stand; undefined where it cannot. */
function scalarText(value: unknown, indent: string | undefined): string {
  switch (typeof value) {
    case "string":
      return quoteText(value, indent);
    case "number":
      return numberText(value);
    case "boolean":
    case "bigint":
      return String(value);
    default:
      break;
  }
  if (value instanceof Uint8Array) {
    return binaryText(value, indent);
  }
  if (Array.isArray(value)) {
    return "[]";
  }
  return typeof value === "object" && value !== null ? "{}" : "null";
}

/** YAML 1.1 wants a point and a signed exponent in a float: 1e+21 is text to it. */
function numberText(value: number): string {
  if (Number.isNaN(value)) {
    return ".nan";
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? ".inf" : "-.inf";
  }
  if (Object.is(value, -0)) {
    return "-0.0";
  }
  const text = String(value);
  if (Number.isInteger(value) && !Number.isSafeInteger(value) && !text.includes("e")) {
    // As an integer it would be read with digits that the number never had.
    return `${text}.0`;
  }
  const exponentAt = text.indexOf("e");
  return exponentAt === -1 || text.includes(".")
    ? text
    : `${text.slice(0, exponentAt)}.0${text.slice(exponentAt)}`;
}

function binaryText(bytes: Uint8Array, indent: string | undefined): string {
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  if (indent === undefined || base64.length <= BASE64_LINE_LENGTH) {
    return `!!binary ${base64 === "" ? "''" : base64}`;
  }
  const lines: string[] = ["!!binary |"];
  for (let at = 0; at < base64.length; at += BASE64_LINE_LENGTH) {
    lines.push(indent + base64.slice(at, at + BASE64_LINE_LENGTH));
  }
  return lines.join("\n");
}

// Starts with a letter, a digit or a harmless sign, goes on without ": " and " #", ends without
// blank or colon: a subset of what may stand unquoted.
// In two steps: an alternative at each character would take a second for a file of megabytes.
const PLAIN_CHARACTERS = /^[A-Za-z0-9_./+$(;<^~\\][A-Za-z0-9_./+$();<^~\\"'@%&*!=?|,[\]{}`>: -]*$/u;
const NOT_PLAIN = /:(?: |$)| (?:[# ]|$)/u;
const SINGLE_QUOTED = /^[\u0020-\u007E]*$/u;
const BLOCK = /^[\u0021-\u007E][\t\n\u0020-\u007E]*$/u;

function quoteText(text: string, indent: string | undefined): string {
  // At the start of a line "..." would end the document.
  const isPlain = PLAIN_CHARACTERS.test(text) && !NOT_PLAIN.test(text);
  if (isPlain && !text.startsWith("...") && plainScalarType(text) === "str") {
    return text;
  }
  if (SINGLE_QUOTED.test(text)) {
    return `'${text.replaceAll("'", "''")}'`;
  }
  if (indent !== undefined && text.includes("\n") && BLOCK.test(text)) {
    return blockText(text, indent);
  }
  return doubleQuoted(text);
}

function blockText(text: string, indent: string): string {
  const body = text.endsWith("\n") ? text.slice(0, -1) : text;
  const chomping = text.endsWith("\n") ? (body.endsWith("\n") ? "+" : "") : "-";
  return `|${chomping}\n${indent}${body.replaceAll(/\n(?=[^\n])/gu, `\n${indent}`)}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\0": "\\0",
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
  "\u001B": "\\e",
  '"': '\\"',
  "\\": "\\\\",
};

function doubleQuoted(text: string): string {
  // Lone surrogates are no characters: PyYAML would refuse them even when escaped.
  const inside = text.replaceAll(/[^\u0020-\u007E]|["\\]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const safe = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
    return ESCAPES[character] ?? escapeOf(safe);
  });
  return `"${inside}"`;
}

function escapeOf(code: number): string {
  const digits = code.toString(16).toUpperCase();
  if (code <= 0xff) {
    return `\\x${digits.padStart(2, "0")}`;
  }
  return code <= 0xffff ? `\\u${digits.padStart(4, "0")}` : `\\U${digits.padStart(8, "0")}`;
}
