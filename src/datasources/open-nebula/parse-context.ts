import { Buffer } from "node:buffer";
import type { Problem } from "../../text/problem.ts";
import { readAnsiEscape } from "./ansi-escape.ts";

/** What `context.sh` assigns, or why it cannot be used: nothing of it is then. */
export type ParsedContext =
  | {
      /** In the order of their last assignment; bytes, since user-data may be no text. */
      readonly variables: ReadonlyMap<string, Uint8Array>;
      /** Never with a value in them. */
      readonly problems: readonly Problem[];
    }
  | { readonly fault: string; readonly line?: number };

/** Longest file that is read. */
export const CONTEXT_BYTES_MAX = 1024 * 1024;
/** As messages name the file. */
export const CONTEXT_SOURCE = "context.sh";

/** Variables may repeat one another: `B=$A$A`, `C=$B$B` and so on. */
const VALUES_LENGTH_MAX = 16 * 1024 * 1024;
const PROBLEM_COUNT_MAX = 50;
/** Set by shells themselves: cloud-init does not take them for the context's. */
const SHELL_NAMES = new Set(
  "RANDOM LINENO SECONDS SRANDOM EPOCHSECONDS EPOCHREALTIME _ __v".split(" "),
);

/**
 * Reads the assignments of an OpenNebula context as a shell would (compat datasources-clouds.md
 * §10.2) without ever giving them to one. Anything but assignments of constants and of variables
 * assigned before is a fault of the whole file.
 */
export function parseContext(bytes: Uint8Array): ParsedContext {
  if (bytes.length > CONTEXT_BYTES_MAX) {
    return { fault: `expected at most ${CONTEXT_BYTES_MAX} bytes, found ${bytes.length}` };
  }
  // A character for each byte: what is no text comes through unharmed.
  const text = Buffer.from(bytes)
    .toString("latin1")
    .replace(/^\u00ef\u00bb\u00bf/u, "");
  const nul = text.indexOf("\0");
  if (nul !== -1) {
    return { fault: "expected text, found a NUL byte", line: lineAt(text, nul) };
  }
  const scan: Scan = { text, at: 0, values: new Map(), valuesLength: 0, problems: [] };
  try {
    while (skipToStatement(scan)) {
      readAssignment(scan);
    }
  } catch (error) {
    if (error instanceof Fault) {
      return { fault: error.message, line: lineAt(text, error.at) };
    }
    throw error;
  }
  const own = [...scan.values].filter(([name]) => !SHELL_NAMES.has(name));
  return {
    variables: new Map(
      own.map(([name, value]) => [name, new Uint8Array(Buffer.from(value, "latin1"))]),
    ),
    problems: scan.problems,
  };
}

interface Scan {
  readonly text: string;
  at: number;
  readonly values: Map<string, string>;
  valuesLength: number;
  readonly problems: Problem[];
}

/** Ends the parse; never leaves this file. */
class Fault extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

const NAME = /[A-Za-z_][A-Za-z0-9_]*/uy;
/** Ends a word, besides white space; none of it may be there but ";". */
const OPERATORS = ";&|<>()";

function lineAt(text: string, at: number): number {
  let line = 1;
  for (
    let next = text.indexOf("\n");
    next !== -1 && next < at;
    next = text.indexOf("\n", next + 1)
  ) {
    line += 1;
  }
  return line;
}

function match(scan: Scan, pattern: RegExp): string | undefined {
  pattern.lastIndex = scan.at;
  const found = pattern.exec(scan.text)?.[0];
  scan.at += found?.length ?? 0;
  return found;
}

/** False at the end of the file. */
function skipToStatement(scan: Scan): boolean {
  for (;;) {
    skipBlanks(scan);
    const char = scan.text[scan.at];
    if (char === "\n") {
      scan.at += 1;
    } else if (char === "#") {
      match(scan, /[^\n]*/uy);
    } else {
      return char !== undefined;
    }
  }
}

/** White space within a line, continued ones too. True where there was any. */
function skipBlanks(scan: Scan): boolean {
  const start = scan.at;
  // One simple pattern at a time: a file may be nothing but blanks.
  while (
    match(scan, /[ \t]+/uy) !== undefined ||
    match(scan, /\\\r?\n/uy) !== undefined ||
    match(scan, /\r(?=\n|$)/uy) !== undefined
  ) {
    continue;
  }
  return scan.at > start;
}

function readAssignment(scan: Scan): void {
  match(scan, /export[ \t]+/uy);
  const start = scan.at;
  const name = match(scan, NAME);
  if (name === undefined || scan.text[scan.at] !== "=") {
    throw new Fault('expected NAME="value", found something else', start);
  }
  scan.at += 1;
  const value = readWord(scan);
  scan.valuesLength += value.length;
  if (scan.valuesLength > VALUES_LENGTH_MAX) {
    throw new Fault(`expected values of at most ${VALUES_LENGTH_MAX} bytes in all`, start);
  }
  // A later one of the same name takes its own place.
  scan.values.delete(name);
  scan.values.set(name, value);
  readEnd(scan);
}

function readEnd(scan: Scan): void {
  const hasBlank = skipBlanks(scan);
  const next = scan.text[scan.at];
  if (next === undefined || next === "\n" || (next === "#" && hasBlank)) {
    return;
  }
  if (next === ";") {
    scan.at += 1;
    return;
  }
  throw new Fault(
    `expected the end of the line behind the value, found ${describe(next)}`,
    scan.at,
  );
}

function describe(char: string): string {
  return OPERATORS.includes(char) ? `"${char}"` : "another word";
}

function readWord(scan: Scan): string {
  const segments: string[] = [];
  let length = 0;
  const add = (segment: string): void => {
    length += segment.length;
    if (length > VALUES_LENGTH_MAX) {
      throw new Fault(`expected a value of at most ${VALUES_LENGTH_MAX} bytes`, scan.at);
    }
    segments.push(segment);
  };
  for (;;) {
    const char = scan.text[scan.at];
    if (char === "'") {
      add(readSingle(scan));
    } else if (char === '"') {
      readDouble(scan, add);
    } else if (char === "\\") {
      add(readEscape(scan));
    } else if (char === "$" && scan.text[scan.at + 1] === "'") {
      readAnsi(scan, add);
    } else if (char === "$") {
      add(readParameter(scan));
    } else if (char === "`") {
      throw new Fault("expected a constant, found a command substitution", scan.at);
    } else {
      const plain = match(scan, /[^\s'"\\$`;&|<>()]+/uy);
      if (plain === undefined) {
        return segments.join("");
      }
      add(plain);
    }
  }
}

function readSingle(scan: Scan): string {
  const start = scan.at;
  const end = scan.text.indexOf("'", start + 1);
  if (end === -1) {
    throw new Fault("expected the end of a text in single quotes", start);
  }
  scan.at = end + 1;
  return scan.text.slice(start + 1, end);
}

function readEscape(scan: Scan): string {
  const continuation = match(scan, /\\\r?\n/uy);
  if (continuation !== undefined) {
    return "";
  }
  const char = scan.text[scan.at + 1];
  scan.at += char === undefined ? 1 : 2;
  return char ?? "\\";
}

function readDouble(scan: Scan, add: (segment: string) => void): void {
  const start = scan.at;
  scan.at += 1;
  for (;;) {
    const plain = match(scan, /[^"\\$`]+/uy);
    if (plain !== undefined) {
      add(plain);
      continue;
    }
    const char = scan.text[scan.at];
    if (char === '"') {
      scan.at += 1;
      return;
    }
    if (char === undefined) {
      throw new Fault("expected the end of a text in double quotes", start);
    }
    if (char === "`") {
      throw new Fault("expected a constant, found a command substitution", scan.at);
    }
    if (char === "$") {
      add(readParameter(scan));
      continue;
    }
    const next = scan.text[scan.at + 1];
    if (next === "\n") {
      scan.at += 2;
    } else if (next !== undefined && '"\\$`'.includes(next)) {
      add(next);
      scan.at += 2;
    } else {
      add("\\");
      scan.at += 1;
    }
  }
}

function readAnsi(scan: Scan, add: (segment: string) => void): void {
  const start = scan.at;
  scan.at += 2;
  for (;;) {
    const plain = match(scan, /[^'\\]+/uy);
    if (plain !== undefined) {
      add(plain);
      continue;
    }
    const char = scan.text[scan.at];
    if (char === "'") {
      scan.at += 1;
      return;
    }
    if (char === undefined) {
      throw new Fault("expected the end of a text in $'…'", start);
    }
    const escape = readAnsiEscape(scan.text, scan.at);
    if (escape.bytes.includes("\0")) {
      throw new Fault("expected text, found a NUL byte in $'…'", scan.at);
    }
    add(escape.bytes);
    scan.at = escape.end;
  }
}

/** `$NAME` and `${NAME}`: what this file assigned before; other names stay as they are written. */
function readParameter(scan: Scan): string {
  const start = scan.at;
  const next = scan.text[start + 1];
  if (next === "(") {
    throw new Fault("expected a constant, found a command substitution", start);
  }
  const braced = match(scan, /\$\{[A-Za-z_][A-Za-z0-9_]*\}/uy);
  if (braced === undefined && next === "{") {
    throw new Fault("expected a constant, found a parameter expansion", start);
  }
  const written = braced ?? match(scan, /\$(?:[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-])/uy);
  if (written === undefined) {
    scan.at += 1;
    return "$";
  }
  const value = scan.values.get(written.replace(/^\$\{?|\}$/gu, ""));
  if (value === undefined && scan.problems.length < PROBLEM_COUNT_MAX) {
    scan.problems.push({
      message: `"${written}" is kept as it is: expected a variable that is assigned before it`,
      source: CONTEXT_SOURCE,
      line: lineAt(scan.text, start),
      severity: "warning",
    });
  }
  return value ?? written;
}
