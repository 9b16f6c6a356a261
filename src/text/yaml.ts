import { Composer, CST, isAlias, isMap, isScalar, isSeq, Lexer, Parser } from "yaml";
import type { Document, ErrorCode, Scalar } from "yaml";
import {
  decodeYaml,
  evaluateYaml,
  type FailedYaml,
  type ParsedYaml,
  problemAt,
  readPlainYaml,
  type YamlOptions,
} from "./yaml-document.ts";
import type { YamlNode, YamlTree } from "./yaml-node.ts";
import { YAML_DEPTH_MAX, YamlValueError } from "./yaml-value.ts";

/**
 * Longer documents in small pieces are refused half-way: the parser keeps some 150 bytes for each
 * token. 10,000 entries of write_files are 600,000 tokens; a long text is one.
 */
export const YAML_TOKENS_MAX = 4_000_000;
/** "- - - …" and "? ? ? …": each indicator on a line is one level. */
const INDICATORS_PER_LINE_MAX = YAML_DEPTH_MAX;

/**
 * The value of one YAML 1.1 document, as PyYAML's safe loader gives it (compat config.md §9). Never
 * throws; no message repeats what the document says, since it may be a secret. `source` names it in
 * messages.
 *
 * A document that is written plainly does without the package (simple-yaml.ts).
 *
 * The only file that names the package `yaml`. Its own 1.1 schema differs from PyYAML in some
 * twenty values (`y`, `08`, `1e3`, dates, …; test/text/yaml.test.ts lists them), so only its syntax
 * is used and the values are ours. No line counter runs along: offsets become lines in messages.
 */
export function parseYaml(
  content: string | Uint8Array,
  source: string,
  options: YamlOptions = {},
): ParsedYaml {
  const plain = readPlainYaml(content, source, options);
  if (plain !== undefined) {
    return plain;
  }
  const opened = openYaml(content, source);
  return opened.ok ? evaluateYaml(opened.tree, opened.text, source, options) : opened;
}

/** A document's nodes without their values, for who asks where something stands. */
export type OpenedYaml =
  | { readonly ok: true; readonly tree: YamlTree; readonly text: string }
  | FailedYaml;

/** The nodes of one YAML document; never throws. `text` is what their offsets count in. */
export function openYaml(content: string | Uint8Array, source: string): OpenedYaml {
  const decoded = decodeYaml(content, source);
  if (!decoded.ok) {
    return decoded;
  }
  const { text } = decoded;
  const composed = composeDocument(text);
  if (composed.message !== undefined) {
    const message = `Cannot read YAML: ${composed.message}`;
    return { ok: false, problems: [problemAt(message, source, text, composed.offset)] };
  }
  return { ok: true, tree: { root: composed.root, view: (node) => viewNode(node, text) }, text };
}

type Composed = { readonly message?: undefined; readonly root: unknown } | Fault;

interface Fault {
  readonly message: string;
  readonly offset: number;
}

function composeDocument(text: string): Composed {
  // "failsafe": each scalar stays text, which readYamlValue resolves. Duplicate keys are found
  // there too: the package compares every key with every other one.
  const composer = new Composer({
    version: "1.1",
    schema: "failsafe",
    resolveKnownTags: false,
    uniqueKeys: false,
    logLevel: "silent",
  });
  let document: Document.Parsed | undefined;
  for (const part of composeParts(composer, text)) {
    if ("message" in part) {
      return part;
    }
    if (document !== undefined && !isEmptyDocument(part)) {
      const message = "a second document begins here, and one is expected";
      return { message, offset: part.range[0] };
    }
    document ??= part;
  }
  const fault = document === undefined ? undefined : firstFault(document);
  return fault ?? { root: document?.contents ?? undefined };
}

/** The documents of a text, up to its first syntax error; or why it was not read to its end. */
function* composeParts(composer: Composer, text: string): Generator<Document.Parsed | Fault, void> {
  const parser = new Parser();
  let tokenCount = 0;
  let indicatorCount = 0;
  const lexer = new Lexer();
  const releaseIndent = createIndentRelease(lexer);
  for (const lexeme of lexer.lex(text)) {
    tokenCount += 1;
    releaseIndent(lexeme);
    if (lexeme === "-" || lexeme === "?") {
      indicatorCount += 1;
    } else if (lexeme === "\n") {
      indicatorCount = 0;
    }
    let isBroken = false;
    for (const token of parser.next(lexeme)) {
      isBroken ||= token.type === "error";
      yield* composer.next(token);
    }
    // Stopped here, before the package recurses into it: a document of brackets only is cheap.
    if (parser.stack.length > YAML_DEPTH_MAX * 2 || indicatorCount > INDICATORS_PER_LINE_MAX) {
      const message = `it is nested more than ${YAML_DEPTH_MAX} levels deep`;
      yield { message, offset: parser.offset };
      return;
    }
    if (tokenCount > YAML_TOKENS_MAX) {
      yield { message: `it has more than ${YAML_TOKENS_MAX} tokens`, offset: parser.offset };
      return;
    }
    if (isBroken) {
      break;
    }
  }
  for (const token of parser.end()) {
    yield* composer.next(token);
  }
  yield* composer.end(true, text.length);
}

/**
 * Between brackets PyYAML does not care how lines are indented; the package wants them deeper than
 * the line where the bracket opens. So its lexer is told between two tokens that any depth will do,
 * which it keeps in a field that its types call private (yaml 2.9.1, pinned; a test covers it).
 */
function createIndentRelease(lexer: Lexer): (lexeme: string) => void {
  const state = lexer as unknown as { indentNext: number };
  let depth = 0;
  let indentOutside = 0;
  let isContent = false;
  return (lexeme) => {
    if (isContent) {
      isContent = false;
    } else if (lexeme === "[" || lexeme === "{") {
      if (depth === 0) {
        indentOutside = state.indentNext;
        state.indentNext = 0;
      }
      depth += 1;
    } else if ((lexeme === "]" || lexeme === "}") && depth > 0) {
      depth -= 1;
      if (depth === 0) {
        state.indentNext = indentOutside;
      }
    } else {
      isContent = lexeme === CST.SCALAR;
    }
  };
}

/** What a second "..." makes. */
function isEmptyDocument(document: Document.Parsed): boolean {
  const { contents, directives } = document;
  const isEmpty = contents === null || (isScalar(contents) && contents.source === "");
  return isEmpty && !directives.docStart;
}

/** PyYAML stops at its first error; those that follow one are rarely about anything else. */
function firstFault(document: Document.Parsed): Fault | undefined {
  let first: Fault | undefined;
  for (const error of document.errors) {
    const [offset] = error.pos;
    if (!isHarmless(error.message) && (first === undefined || offset < first.offset)) {
      first = { message: FAULTS[error.code], offset };
    }
  }
  const wrongVersion = document.warnings.find(
    (warning) => warning.code === "BAD_DIRECTIVE" && / version (?!1\.)/u.test(warning.message),
  );
  if (first === undefined && wrongVersion !== undefined) {
    return { message: "its %YAML version is not 1.x", offset: wrongVersion.pos[0] };
  }
  return first;
}

/** What the package forbids and PyYAML takes: a comment right behind a quote or a bracket. */
function isHarmless(message: string): boolean {
  return message.startsWith("Comments must be separated from other tokens");
}

/** Our words for the package's error codes: its own messages may quote the document. */
const FAULTS: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: "an alias cannot have a tag or an anchor",
  BAD_ALIAS: "an alias or anchor has no usable name",
  BAD_COLLECTION_TYPE: "a tag does not fit the collection that follows",
  BAD_DIRECTIVE: "this directive is not known or not complete",
  BAD_DQ_ESCAPE: 'an escape in double quotes is not known: a backslash is written "\\\\"',
  BAD_INDENT: "this line is indented otherwise than the lines it belongs to",
  BAD_PROP_ORDER: 'a tag or an anchor stands before "-", "?" or ":" and belongs behind it',
  BAD_SCALAR_START: "a value cannot start with this character: put it in quotes",
  BLOCK_AS_IMPLICIT_KEY:
    'mapping values or list items are not allowed here: put a value that has ": " or starts with "- " in quotes',
  BLOCK_IN_FLOW: "a block list or block text cannot stand inside brackets",
  DUPLICATE_KEY: "this key stands twice",
  IMPOSSIBLE: "this cannot be read as YAML",
  KEY_OVER_1024_CHARS: "a key is longer than 1024 characters",
  MISSING_CHAR:
    "a character is missing here: a closing quote or bracket, a colon, a comma or a blank",
  MULTILINE_IMPLICIT_KEY: "a key must stand on one line, followed by a colon",
  MULTIPLE_ANCHORS: "a value has two anchors",
  MULTIPLE_DOCS: "a second document begins here, and one is expected",
  MULTIPLE_TAGS: "a value has two tags",
  NON_STRING_KEY: "a key is not text",
  RESOURCE_EXHAUSTION: "it is nested too deeply",
  TAB_AS_INDENT: "a tab cannot indent a line: use blanks",
  TAG_RESOLVE_FAILED: "a tag is not known or does not fit its value",
  UNEXPECTED_TOKEN: "something that does not belong here follows",
};

function viewNode(raw: unknown, text: string): YamlNode {
  if (isScalar(raw)) {
    return {
      kind: "scalar",
      text: scalarText(raw, text),
      isPlain: raw.type === undefined || raw.type === "PLAIN",
      tag: raw.tag,
      anchor: raw.anchor,
      offset: raw.range?.[0] ?? 0,
    };
  }
  if (isAlias(raw)) {
    return { kind: "alias", name: raw.source, offset: raw.range?.[0] ?? 0 };
  }
  if (isMap(raw)) {
    const { items, tag, anchor, range } = raw;
    return { kind: "mapping", pairs: items, tag, anchor, offset: range?.[0] ?? 0 };
  }
  if (isSeq(raw)) {
    const { items, tag, anchor, range } = raw;
    return { kind: "list", items, tag, anchor, offset: range?.[0] ?? 0 };
  }
  return { kind: "scalar", text: "", isPlain: true, tag: undefined, anchor: undefined, offset: 0 };
}

function scalarText(scalar: Scalar, text: string): string {
  const value = typeof scalar.value === "string" ? scalar.value : "";
  const [start, end] = scalar.range ?? [0, 0];
  if (scalar.type === "QUOTE_SINGLE" && value.includes("'")) {
    // The package takes the second half of '' for the closing quote: 'it''
    if (
      text
        .slice(start + 1, end - 1)
        .replaceAll("''", "")
        .includes("'")
    ) {
      throw new YamlValueError("a closing quote is missing", start);
    }
  } else if (end >= text.length && scalar.type?.startsWith("BLOCK_") === true) {
    return withoutInventedNewline(value, text);
  }
  return value;
}

/** A block text that ends with the document, in a line without a line end, has none either in PyYAML. */
function withoutInventedNewline(value: string, text: string): string {
  if (!value.endsWith("\n") || text.endsWith("\n")) {
    return value;
  }
  const content = value.slice(0, -1);
  const lastWritten = text.slice(text.lastIndexOf("\n") + 1).trimStart();
  const lastRead = content.slice(content.lastIndexOf("\n") + 1);
  const isItsOwnLine =
    lastWritten === "" ? lastRead !== "" && lastRead.trim() === "" : content.endsWith(lastWritten);
  return isItsOwnLine ? content : value;
}
