/** A template that cannot be used: what is wrong, and on which line. */
export class CheetahError extends Error {
  override readonly name = "CheetahError";
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/** A piece of a parsed template. */
export type CheetahNode =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "value"; readonly value: Placeholder }
  | { readonly kind: "if"; readonly branches: readonly Branch[] }
  | {
      readonly kind: "for";
      /** One name for each item, or two for keys and values. */
      readonly names: readonly string[];
      readonly list: Placeholder;
      readonly body: readonly CheetahNode[];
    };

interface Branch {
  /** Absent: `#else`. */
  readonly condition?: Condition;
  readonly body: readonly CheetahNode[];
}

/** `$name.key['other']` */
export interface Placeholder {
  readonly steps: readonly [string, ...string[]];
  readonly line: number;
}

export type Condition =
  | { readonly kind: "value"; readonly value: Placeholder }
  | { readonly kind: "exists"; readonly name: string }
  | { readonly kind: "not"; readonly of: Condition }
  | { readonly kind: "and" | "or"; readonly of: readonly Condition[] };

/** More blocks inside each other than any template has. */
const DEPTH_MAX = 50;

const ACCESSORS = String.raw`((?:\.[A-Za-z_]\w*|\[(?:'[^'\n]*'|"[^"\n]*"|\d+)\])*)`;
const PLACEHOLDER = new RegExp(
  String.raw`\$(?:\{\s*([A-Za-z_]\w*)${ACCESSORS}\s*\}|([A-Za-z_]\w*)${ACCESSORS})`,
  "uy",
);
const DIRECTIVE = /#(if|elif|else|end if|end for|for|slurp)(?![A-Za-z0-9_])([^\n]*)/uy;

/**
 * The subset of Cheetah that the templates of IBM's port use (compat config.md §9.5): `$name`,
 * `${name}`, `$a.b`, `$a['b']`, `##` and `#* … *#` comments, `#if`, `#elif`, `#else`, `#for`,
 * `#slurp`, `\$` and `\#`. A directive alone on its line leaves no line behind; `#` before anything
 * else is text. Throws a CheetahError.
 */
export function parseCheetah(template: string): readonly CheetahNode[] {
  const text = template.replaceAll("\r\n", "\n");
  const root: OpenBlock = { kind: "root", nodes: [], line: 1 };
  const parser: Parser = { text, position: 0, line: 1, linesUpTo: 0, open: [root] };
  while (parser.position < text.length) {
    readPiece(parser);
  }
  const block = current(parser);
  if (block.kind !== "root") {
    throw new CheetahError(`#${block.kind} has no "#end ${block.kind}"`, block.line);
  }
  return root.nodes;
}

interface Parser {
  readonly text: string;
  position: number;
  /** Of `linesUpTo`: counted as far as anybody asked. */
  line: number;
  linesUpTo: number;
  readonly open: OpenBlock[];
}

/** A block whose end has not come yet; `nodes` is where its pieces go at the moment. */
interface OpenBlock {
  readonly kind: "root" | "if" | "for";
  nodes: CheetahNode[];
  readonly line: number;
  readonly branches?: { readonly condition?: Condition; readonly body: CheetahNode[] }[];
}

function readPiece(parser: Parser): void {
  const { text, position } = parser;
  const next = text.slice(position).search(/[\\$#]/u);
  if (next !== 0) {
    const end = next === -1 ? text.length : position + next;
    addText(parser, text.slice(position, end));
    parser.position = end;
  } else if (text.startsWith("\\", position)) {
    const isEscape = /[$#]/u.test(text[position + 1] ?? "");
    addText(parser, isEscape ? (text[position + 1] ?? "") : "\\");
    parser.position += isEscape ? 2 : 1;
  } else if (text.startsWith("$", position)) {
    readPlaceholder(parser);
  } else if (text.startsWith("##", position)) {
    skipAlone(parser, endOfLine(text, position));
  } else if (text.startsWith("#*", position)) {
    const end = text.indexOf("*#", position + 2);
    if (end === -1) {
      throw new CheetahError('The comment "#*" has no "*#"', lineOf(parser));
    }
    skipAlone(parser, end + 2);
  } else {
    readDirective(parser);
  }
}

function readPlaceholder(parser: Parser): void {
  PLACEHOLDER.lastIndex = parser.position;
  const match = PLACEHOLDER.exec(parser.text);
  if (match === null) {
    addText(parser, "$");
    parser.position += 1;
    return;
  }
  const value = placeholderOf(match, lineOf(parser));
  current(parser).nodes.push({ kind: "value", value });
  parser.position += match[0].length;
}

function placeholderOf(match: RegExpExecArray, line: number): Placeholder {
  const [, braced, bracedRest, bare, bareRest] = match;
  const rest = (bracedRest ?? bareRest ?? "").matchAll(
    /\.(\w+)|\[(?:'([^']*)'|"([^"]*)"|(\d+))\]/gu,
  );
  const steps = [...rest].map((step) => step.slice(1).find((part) => part !== undefined) ?? "");
  return { steps: [braced ?? bare ?? "", ...steps], line };
}

function readDirective(parser: Parser): void {
  DIRECTIVE.lastIndex = parser.position;
  const match = DIRECTIVE.exec(parser.text);
  if (match === null) {
    addText(parser, "#");
    parser.position += 1;
    return;
  }
  const [whole, word = "", rest = ""] = match;
  const line = lineOf(parser);
  // A comment at its end, and Python's colon.
  const words = rest.replace(/##.*$/u, "").trim().replace(/:$/u, "");
  if (word === "slurp") {
    const end = parser.position + whole.length;
    if (isLineClear(parser)) {
      dropIndent(parser);
    }
    parser.position = Math.min(parser.text.length, end + 1);
    return;
  }
  skipAlone(parser, parser.position + whole.length);
  applyDirective(parser, word, words, line);
}

function applyDirective(parser: Parser, word: string, words: string, line: number): void {
  const block = current(parser);
  if (word === "for") {
    openFor(parser, words, line);
  } else if (word === "if") {
    const first = { condition: parseCondition(words, line), body: [] };
    open(parser, { kind: "if", nodes: first.body, line, branches: [first] });
  } else if (word.startsWith("end ")) {
    const kind = word.slice("end ".length);
    if (block.kind !== kind || parser.open.length === 1) {
      throw new CheetahError(`"#end ${kind}" without "#${kind}"`, line);
    }
    parser.open.pop();
  } else if (block.branches === undefined || block.branches.at(-1)?.condition === undefined) {
    throw new CheetahError(`"#${word}" without "#if"`, line);
  } else {
    // "#else if" is Cheetah's other word for "#elif".
    const condition = word === "elif" ? words : /^if\s+(.*)$/u.exec(words)?.[1];
    const branch =
      condition === undefined
        ? { body: [] }
        : { condition: parseCondition(condition, line), body: [] };
    block.branches.push(branch);
    block.nodes = branch.body;
  }
}

function open(parser: Parser, block: OpenBlock): void {
  if (parser.open.length > DEPTH_MAX) {
    throw new CheetahError(`More than ${DEPTH_MAX} blocks are inside each other`, block.line);
  }
  if (block.branches !== undefined) {
    current(parser).nodes.push({ kind: "if", branches: block.branches });
  }
  parser.open.push(block);
}

function openFor(parser: Parser, words: string, line: number): void {
  const match = /^\$?([A-Za-z_]\w*)(?:\s*,\s*\$?([A-Za-z_]\w*))?\s+in\s+(\S+)$/u.exec(words);
  const [, first = "", second, listText = ""] = match ?? [];
  const list = parsePlaceholder(
    second === undefined ? listText : listText.replace(/\.items\(\)$/u, ""),
    line,
  );
  const isPair = second === undefined || listText.endsWith(".items()");
  if (match === null || list === undefined || !isPair) {
    throw new CheetahError(
      `Cannot read "#for ${words}": expected "#for $item in $list" or "#for $key, $value in $map.items()"`,
      line,
    );
  }
  const body: CheetahNode[] = [];
  const names = second === undefined ? [first] : [first, second];
  current(parser).nodes.push({ kind: "for", names, list, body });
  open(parser, { kind: "for", nodes: body, line });
}

/** The whole text as one placeholder; undefined where it is something else. */
function parsePlaceholder(text: string, line: number): Placeholder | undefined {
  PLACEHOLDER.lastIndex = 0;
  const match = PLACEHOLDER.exec(text);
  return match === null || match[0].length !== text.length ? undefined : placeholderOf(match, line);
}

/** `or` binds weakest, `not` strongest; there are no parentheses. */
function parseCondition(text: string, line: number): Condition {
  const any = splitWords(text, "or").map((part) => {
    const all = splitWords(part, "and").map((operand) => parseOperand(operand.trim(), line));
    return all.length === 1 && all[0] !== undefined ? all[0] : { kind: "and" as const, of: all };
  });
  return any.length === 1 && any[0] !== undefined ? any[0] : { kind: "or", of: any };
}

function splitWords(text: string, word: "and" | "or"): readonly string[] {
  return text.split(word === "or" ? /\sor\s/u : /\sand\s/u);
}

function parseOperand(text: string, line: number): Condition {
  const negated = /^not\s+(.*)$/u.exec(text)?.[1];
  if (negated !== undefined) {
    return { kind: "not", of: parseOperand(negated.trim(), line) };
  }
  const exists = /^\$varExists\(\s*(?:'([^']*)'|"([^"]*)")\s*\)$/u.exec(text);
  if (exists !== null) {
    return { kind: "exists", name: exists[1] ?? exists[2] ?? "" };
  }
  const value = parsePlaceholder(text, line);
  if (value === undefined) {
    throw new CheetahError(
      `Cannot read the condition "${text}": expected names such as $name or $varExists('name'), and "and", "or", "not" between them`,
      line,
    );
  }
  return { kind: "value", value };
}

function current(parser: Parser): OpenBlock {
  const block = parser.open.at(-1);
  if (block === undefined) {
    throw new CheetahError("A block ends that has not begun", lineOf(parser));
  }
  return block;
}

function addText(parser: Parser, text: string): void {
  const { nodes } = current(parser);
  const last = nodes.at(-1);
  if (last?.kind === "text") {
    nodes[nodes.length - 1] = { kind: "text", text: last.text + text };
  } else if (text !== "") {
    nodes.push({ kind: "text", text });
  }
}

/** Goes on at `end`; what was alone on its lines takes indent and line end with it. */
function skipAlone(parser: Parser, end: number): void {
  const { text } = parser;
  const isAlone = isLineClear(parser) && (end >= text.length || text[end] === "\n");
  if (isAlone) {
    dropIndent(parser);
  }
  parser.position = isAlone ? Math.min(text.length, end + 1) : end;
}

function isLineClear(parser: Parser): boolean {
  return indentOf(parser).trim() === "";
}

/** What stands before the present place on its line. */
function indentOf({ text, position }: Parser): string {
  return text.slice(position === 0 ? 0 : text.lastIndexOf("\n", position - 1) + 1, position);
}

/** Blanks of a line before, which `#slurp` has joined to this one, stay. */
function dropIndent(parser: Parser): void {
  const { nodes } = current(parser);
  const { length } = indentOf(parser);
  const last = nodes.at(-1);
  if (last?.kind === "text" && length > 0) {
    nodes[nodes.length - 1] = { kind: "text", text: last.text.slice(0, -length) };
  }
}

function endOfLine(text: string, position: number): number {
  const end = text.indexOf("\n", position);
  return end === -1 ? text.length : end;
}

function lineOf(parser: Parser): number {
  const between = parser.text.slice(parser.linesUpTo, parser.position);
  parser.line += between.split("\n").length - 1;
  parser.linesUpTo = parser.position;
  return parser.line;
}
