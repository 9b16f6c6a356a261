import type { YamlNode } from "./yaml-node.ts";
import { YAML_DEPTH_MAX } from "./yaml-value.ts";

/** Ends the reading: the text is not simple. Never leaves `readSimpleYaml`. */
export class UnusualYaml extends Error {
  override readonly name = "UnusualYaml";
}

/** A text and how far it is read. */
export interface Reader {
  readonly text: string;
  /** The first character of the line at hand that is no blank; the text's end behind the last line. */
  at: number;
  /** How many blanks stand before it; -1 at the end. */
  indent: number;
  readonly anchors: Set<string>;
  nodeCount: number;
}

/** A scalar that is neither tagged nor anchored yet. */
export type Scalar = YamlNode & { readonly kind: "scalar" };

/** More are refused by the package. */
const NODE_COUNT_MAX = 1_000_000;
/** A key without quotes, its colon, and the blanks behind it. */
export const KEY = /([A-Za-z0-9_$./][A-Za-z0-9_$./@+-]{0,100}):(?=[ \n]|$) */y;
/** The name of an anchor. */
export const NAME = /[A-Za-z0-9_-]+/y;
const REST_OF_LINE = / *(?: #[^\n]*)?(?:\n|$)/y;

/** Says that the text is not simple. */
export function unusual(): never {
  throw new UnusualYaml();
}

/** Goes to the first line from `lineStart` on that has more than blanks and a comment. */
export function moveToContent(reader: Reader, lineStart: number): void {
  const { text } = reader;
  let start = lineStart;
  while (start < text.length) {
    const at = skipBlanks(text, start);
    const character = text[at];
    if (character === "\t") {
      unusual();
    }
    if (character !== undefined && character !== "\n" && character !== "#") {
      reader.at = at;
      reader.indent = at - start;
      return;
    }
    start = endOfLine(text, at) + 1;
  }
  reader.at = text.length;
  reader.indent = -1;
}

/** Goes to the next line with content, if nothing but a comment follows at `end`. */
export function finishLine(reader: Reader, end: number): void {
  const rest = matchAt(REST_OF_LINE, reader.text, end) ?? unusual();
  moveToContent(reader, end + rest[0].length);
}

/** The first place from `from` on that is no blank. */
export function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === 0x20) {
    at += 1;
  }
  return at;
}

/** The place of the next line end, or of the text's end. */
export function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end;
}

/** Matches a sticky pattern at one place. */
export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Counts one node at a depth; too many or too deep ones are not simple. */
export function count(reader: Reader, depth: number): void {
  reader.nodeCount += 1;
  if (reader.nodeCount > NODE_COUNT_MAX || depth > YAML_DEPTH_MAX) {
    unusual();
  }
}

/** A scalar; `isPlain` says whether its text tells its type. */
export function scalar(text: string, isPlain: boolean, offset: number): Scalar {
  return { kind: "scalar", text, isPlain, tag: undefined, anchor: undefined, offset };
}
