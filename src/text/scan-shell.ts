import { createHereDocument, endOfHereDocuments, type HereDocument } from "./here-document.ts";

/** What of a shell text is known without running it. */
export type ShellScan =
  /** Whole commands, or none at all (blanks and comments). */
  | { readonly kind: "complete"; readonly hasCommand: boolean }
  /** What follows belongs to it: an open quote, a here-document without its end, `if` without `fi`, `&&` at its end. */
  | { readonly kind: "open" }
  /** Shells disagree about it, or it is no shell text. */
  | { readonly kind: "unsure" };

/**
 * Whether a text is whole commands of a POSIX shell (POSIX.1-2017, XCU 2.3 and 2.10; ksh's `[[`,
 * `((`, `function` and arrays too). Errs on the safe side: what it calls complete is complete in
 * ksh88, ksh93, mksh, dash and busybox.
 */
export function scanShell(text: string): ShellScan {
  const scan = createScan(text);
  try {
    scanList(scan, undefined);
    return { kind: "complete", hasCommand: scan.hasCommand };
  } catch (error) {
    if (error instanceof Stop) {
      return { kind: error.kind };
    }
    throw error;
  }
}

/** Ends a scan from any depth of it. */
class Stop extends Error {
  readonly kind: "open" | "unsure";

  constructor(kind: "open" | "unsure") {
    super(kind);
    this.kind = kind;
  }
}

interface Scan {
  readonly text: string;
  at: number;
  hasCommand: boolean;
  /** Here-documents whose bodies begin at the next line. */
  hereDocs: HereDocument[];
  depth: number;
}

/** One list of commands: the text itself, or what is between `$(` and `)`. */
interface List {
  readonly stack: string[];
  /** The next word may be a reserved one, or the name of a command. */
  expectsCommand: boolean;
  /** After `&&`, `||`, `|`, or the head of a function. */
  isPending: boolean;
  /** The next word is the target of a redirection. */
  isTarget: boolean;
}

const DEPTH_MAX = 50;

function createScan(text: string): Scan {
  return { text, at: 0, hasCommand: false, hereDocs: [], depth: 0 };
}

function scanList(scan: Scan, closer: ")" | undefined): void {
  scan.depth += 1;
  if (scan.depth > DEPTH_MAX) {
    throw new Stop("unsure");
  }
  const list: List = { stack: [], expectsCommand: true, isPending: false, isTarget: false };
  while (scan.at < scan.text.length) {
    const char = scan.text[scan.at] ?? "";
    if (closer !== undefined && char === closer && list.stack.length === 0) {
      break;
    }
    scanToken(scan, list, char);
  }
  const isClosed = closer === undefined || scan.at < scan.text.length;
  if (!isClosed || list.stack.length > 0 || list.isPending || scan.hereDocs.length > 0) {
    throw new Stop("open");
  }
  scan.depth -= 1;
}

function scanToken(scan: Scan, list: List, char: string): void {
  const { text } = scan;
  const isTest = list.stack.at(-1) === "[[";
  if (char === " " || char === "\t") {
    scan.at += 1;
  } else if (char === "\\" && text[scan.at + 1] === "\n") {
    scan.at += 2;
  } else if (char === "\n") {
    scan.at += 1;
    const end = endOfHereDocuments(text, scan.at, scan.hereDocs.splice(0));
    if (end === undefined) {
      throw new Stop("open");
    }
    scan.at = end;
    list.expectsCommand = true;
    list.isTarget = false;
  } else if (char === "#") {
    const end = text.indexOf("\n", scan.at);
    scan.at = end === -1 ? text.length : end;
  } else if (isTest && "()<>|&;".includes(char)) {
    scan.at += 1;
  } else if (char === ";" || char === "&" || char === "|") {
    scanOperator(scan, list, char);
  } else if (char === "(") {
    openParenthesis(scan, list);
  } else if (char === ")") {
    closeParenthesis(scan, list);
  } else if (char === "<" || char === ">") {
    scanRedirection(scan, list);
  } else {
    takeWord(list, scan, scanWord(scan));
  }
}

function scanOperator(scan: Scan, list: List, char: string): void {
  const next = scan.text[scan.at + 1];
  if (char === "|" && next === "&") {
    // A coprocess in ksh, a pipe in bash.
    throw new Stop("unsure");
  }
  const isDouble = next === char;
  scan.at += isDouble || (char === ";" && (next === "&" || next === "|")) ? 2 : 1;
  list.expectsCommand = true;
  list.isPending = char === "|" ? true : char === "&" && isDouble;
  list.isTarget = false;
}

function openParenthesis(scan: Scan, list: List): void {
  scan.at += 1;
  if (list.expectsCommand) {
    scan.hasCommand = true;
    if (scan.text[scan.at] === "(" && scan.text.includes("<<", scan.at)) {
      // Arithmetic, where "<<" shifts, or two subshells.
      throw new Stop("unsure");
    }
    list.stack.push("(");
    list.isPending = false;
    return;
  }
  const empty = /^[ \t]*\)/u.exec(scan.text.slice(scan.at, scan.at + 64));
  if (empty !== null) {
    scan.at += empty[0].length;
    list.isPending = true;
    list.expectsCommand = true;
    return;
  }
  // An array, or a pattern of ksh: what is in it are words.
  list.stack.push("(");
}

function closeParenthesis(scan: Scan, list: List): void {
  scan.at += 1;
  const top = list.stack.at(-1);
  if (top === "(") {
    list.stack.pop();
    list.expectsCommand = false;
  } else if (top === "case") {
    list.expectsCommand = true;
  } else {
    throw new Stop("unsure");
  }
  list.isPending = false;
}

function scanRedirection(scan: Scan, list: List): void {
  const { text } = scan;
  list.isTarget = true;
  const operator = /^(?:<<<|<<-|<<|<&|<>|>&|>>|>\||<|>)/u.exec(text.slice(scan.at, scan.at + 3));
  scan.at += operator?.[0].length ?? 1;
  scan.hasCommand = true;
  list.isPending = false;
  if (operator?.[0] === "<<" || operator?.[0] === "<<-") {
    skipBlanks(scan);
    const raw = scanWord(scan);
    const hereDocument = createHereDocument(raw, operator[0]);
    if (hereDocument === undefined) {
      throw new Stop("unsure");
    }
    scan.hereDocs.push(hereDocument);
    list.isTarget = false;
  }
}

function skipBlanks(scan: Scan): void {
  while (scan.text[scan.at] === " " || scan.text[scan.at] === "\t") {
    scan.at += 1;
  }
}

/** What a reserved word closes and opens; after some of them the next word may be reserved again. */
interface Reserved {
  readonly closes?: string;
  readonly opens?: string;
  readonly expectsCommand?: boolean;
}

/** `do` goes with a loop whose head has been read. */
const RESERVED: ReadonlyMap<string, Reserved> = new Map([
  ["if", { opens: "if", expectsCommand: true }],
  ["while", { opens: "loop", expectsCommand: true }],
  ["until", { opens: "loop", expectsCommand: true }],
  ["for", { opens: "loop" }],
  ["select", { opens: "loop" }],
  ["case", { opens: "case" }],
  ["{", { opens: "{", expectsCommand: true }],
  ["[[", { opens: "[[" }],
  ["do", { closes: "loop", opens: "do", expectsCommand: true }],
  ["then", { expectsCommand: true }],
  ["else", { expectsCommand: true }],
  ["elif", { expectsCommand: true }],
  ["!", { expectsCommand: true }],
  ["time", { expectsCommand: true }],
  ["fi", { closes: "if" }],
  ["done", { closes: "do" }],
  ["esac", { closes: "case" }],
  ["}", { closes: "{" }],
]);

function takeWord(list: List, scan: Scan, word: string): void {
  if (list.stack.at(-1) === "[[") {
    if (word === "]]") {
      list.stack.pop();
    }
    return;
  }
  if (list.isTarget) {
    list.isTarget = false;
    return;
  }
  list.isPending = false;
  scan.hasCommand = true;
  if (!list.expectsCommand) {
    return;
  }
  list.expectsCommand = false;
  if (word === "coproc") {
    throw new Stop("unsure");
  }
  if (word === "function") {
    skipBlanks(scan);
    scanWord(scan);
    list.isPending = true;
    list.expectsCommand = true;
    return;
  }
  const reserved = RESERVED.get(word);
  if (reserved?.closes !== undefined) {
    pop(list, reserved.closes);
  }
  if (reserved?.opens !== undefined) {
    list.stack.push(reserved.opens);
  }
  list.expectsCommand = reserved?.expectsCommand ?? false;
}

function pop(list: List, wanted: string): void {
  if (list.stack.pop() !== wanted) {
    throw new Stop("unsure");
  }
}

const WORD_END = " \t\n;&|()<>";

/** A word as it is written; its quotes and substitutions are walked through. */
function scanWord(scan: Scan): string {
  const start = scan.at;
  while (scan.at < scan.text.length && !WORD_END.includes(scan.text[scan.at] ?? "")) {
    scanWordPart(scan, false);
  }
  return scan.text.slice(start, scan.at);
}

function scanWordPart(scan: Scan, isQuoted: boolean): void {
  const { text } = scan;
  const char = text[scan.at];
  const next = text[scan.at + 1];
  if (char === "\\") {
    if (next === undefined) {
      throw new Stop("open");
    }
    scan.at += 2;
  } else if (char === "'" && !isQuoted) {
    scan.at = endOf(text, "'", scan.at + 1);
  } else if (char === '"') {
    scanQuoted(scan);
  } else if (char === "`") {
    scanBackquoted(scan);
  } else if (char === "$" && next === "'" && !isQuoted) {
    // Escapes in ksh93 and bash, a dollar sign and a quoted text in dash.
    throw new Stop("unsure");
  } else if (char === "$" && next === "(") {
    scanSubstitution(scan);
  } else if (char === "$" && next === "{") {
    scan.at += 2;
    scanParameter(scan, isQuoted);
  } else {
    scan.at += 1;
  }
}

/** Past the next `closer`, where nothing is escaped. */
function endOf(text: string, closer: string, from: number): number {
  const end = text.indexOf(closer, from);
  if (end === -1) {
    throw new Stop("open");
  }
  return end + 1;
}

function scanQuoted(scan: Scan): void {
  scan.at += 1;
  while (scan.text[scan.at] !== '"') {
    if (scan.at >= scan.text.length) {
      throw new Stop("open");
    }
    scanWordPart(scan, true);
  }
  scan.at += 1;
}

function scanBackquoted(scan: Scan): void {
  scan.at += 1;
  while (scan.text[scan.at] !== "`") {
    if (scan.at >= scan.text.length) {
      throw new Stop("open");
    }
    scan.at += scan.text[scan.at] === "\\" ? 2 : 1;
  }
  scan.at += 1;
}

function scanSubstitution(scan: Scan): void {
  const { text } = scan;
  if (text.startsWith("$((", scan.at)) {
    scanArithmetic(scan);
    return;
  }
  scan.at += 2;
  // Patterns of "case" have closing parentheses of their own, which old shells count.
  const outer = scan.hereDocs.splice(0);
  const start = scan.at;
  scanList(scan, ")");
  if (/\bcase\b/u.test(text.slice(start, scan.at))) {
    throw new Stop("unsure");
  }
  scan.hereDocs.push(...outer);
  scan.at += 1;
}

function scanArithmetic(scan: Scan): void {
  scan.at += 3;
  let depth = 2;
  while (depth > 0) {
    const char = scan.text[scan.at];
    if (char === undefined) {
      throw new Stop("open");
    }
    if (char === "(" || char === ")") {
      depth += char === "(" ? 1 : -1;
      scan.at += 1;
    } else {
      scanWordPart(scan, true);
    }
  }
}

function scanParameter(scan: Scan, isQuoted: boolean): void {
  scan.depth += 1;
  if (scan.depth > DEPTH_MAX) {
    throw new Stop("unsure");
  }
  while (scan.text[scan.at] !== "}") {
    const char = scan.text[scan.at];
    if (char === undefined) {
      throw new Stop("open");
    }
    if (char === "'" && isQuoted) {
      // Quotes there are quotes in some shells and text in others.
      throw new Stop("unsure");
    }
    scanWordPart(scan, isQuoted);
  }
  scan.depth -= 1;
  scan.at += 1;
}
