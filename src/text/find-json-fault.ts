/** Where a text stops being JSON. */
export interface JsonFault {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in characters. */
  readonly column: number;
  /** `expected a value`, `it is cut short`. Never a part of the text, which may be secret. */
  readonly reason: string;
}

/** Deeper nesting than any honest document has, and less than what recursive readers can bear. */
export const JSON_DEPTH_MAX = 100;

/**
 * Finds the first place where a text is not JSON (RFC 8259), or is nested deeper than
 * `JSON_DEPTH_MAX`. The messages of JSON.parse differ between runtimes and quote the text.
 */
export function findJsonFault(text: string): JsonFault | undefined {
  const open: ("[" | "{")[] = [];
  let expected: Expected = "value";
  let offset = skipBlanks(text, 0);
  while (offset < text.length) {
    const step = takeToken(text, offset, expected, open);
    if (typeof step === "string") {
      return faultAt(text, offset, step);
    }
    if (open.length > JSON_DEPTH_MAX) {
      return faultAt(text, offset, `it is nested deeper than ${JSON_DEPTH_MAX} levels`);
    }
    expected = step.expected;
    offset = skipBlanks(text, step.end);
  }
  return expected === "end" ? undefined : faultAt(text, text.length, CUT_SHORT);
}

/** What may stand at a place. "or" allows the closing bracket of a container just opened. */
type Expected = "value" | "value or ]" | "name" | "name or }" | "colon" | "comma" | "end";

interface Step {
  readonly end: number;
  readonly expected: Expected;
}

const CUT_SHORT = "it is cut short";
const CUT_IN_STRING = "it is cut short inside a string";
const WORDS = {
  value: "expected a value",
  "value or ]": 'expected a value or "]"',
  name: "expected a name in double quotes",
  "name or }": 'expected a name in double quotes or "}"',
  colon: 'expected ":"',
  comma: 'expected "," or a closing bracket',
  end: "expected nothing more",
} as const;

/** The next token, or what is wrong with it. Opens and closes brackets in `open`. */
function takeToken(
  text: string,
  offset: number,
  expected: Expected,
  open: ("[" | "{")[],
): Step | string {
  const char = text.charAt(offset);
  const afterValue = (end: number): Step => ({
    end,
    expected: open.length === 0 ? "end" : "comma",
  });
  const inner = open.at(-1);
  const mayClose =
    (char === "]" && inner === "[" && (expected === "comma" || expected === "value or ]")) ||
    (char === "}" && inner === "{" && (expected === "comma" || expected === "name or }"));
  if (mayClose) {
    open.pop();
    return afterValue(offset + 1);
  }
  switch (expected) {
    case "end":
      return WORDS.end;
    case "colon":
      return char === ":" ? { end: offset + 1, expected: "value" } : WORDS.colon;
    case "comma":
      return char === ","
        ? { end: offset + 1, expected: inner === "{" ? "name" : "value" }
        : WORDS.comma;
    case "name":
    case "name or }": {
      const end = char === '"' ? endOfString(text, offset) : WORDS[expected];
      return typeof end === "string" ? end : { end, expected: "colon" };
    }
    case "value":
    case "value or ]":
      break;
  }
  if (char === "[" || char === "{") {
    open.push(char);
    return { end: offset + 1, expected: char === "[" ? "value or ]" : "name or }" };
  }
  const end = char === '"' ? endOfString(text, offset) : endOfWord(text, offset, WORDS[expected]);
  return typeof end === "string" ? end : afterValue(end);
}

/** By hand: a regular expression with a choice inside a loop can exhaust its stack on long strings. */
function endOfString(text: string, start: number): number | string {
  let offset = start + 1;
  while (offset < text.length) {
    const code = text.charCodeAt(offset);
    if (code === 0x22) {
      return offset + 1;
    }
    if (code < 0x20) {
      return "a string holds a line break or another control character";
    }
    if (code === 0x5c) {
      const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/uy;
      escape.lastIndex = offset;
      if (!escape.test(text)) {
        return /^\\(?:u[0-9a-fA-F]{0,3})?$/u.test(text.slice(offset, offset + 6))
          ? CUT_IN_STRING
          : "a string holds an unknown escape sequence";
      }
      offset = escape.lastIndex;
    } else {
      offset += 1;
    }
  }
  return CUT_IN_STRING;
}

function endOfWord(text: string, offset: number, otherwise: string): number | string {
  const word = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/uy;
  word.lastIndex = offset;
  if (word.test(text)) {
    return word.lastIndex;
  }
  const rest = text.slice(offset, offset + 6);
  return ["true", "false", "null", "-"].some((whole) => whole.startsWith(rest))
    ? CUT_SHORT
    : otherwise;
}

function skipBlanks(text: string, start: number): number {
  let offset = start;
  while (" \t\n\r".includes(text.charAt(offset)) && offset < text.length) {
    offset += 1;
  }
  return offset;
}

function faultAt(text: string, offset: number, reason: string): JsonFault {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return {
    line: before.split("\n").length,
    column: offset - lineStart + 1,
    reason: reason === CUT_SHORT || offset < text.length ? reason : CUT_SHORT,
  };
}
