import {
  count,
  endOfLine,
  KEY,
  matchAt,
  NAME,
  type Reader,
  type Scalar,
  scalar,
  skipBlanks,
  unusual,
} from "./simple-yaml-reader.ts";
import type { YamlNode } from "./yaml-node.ts";

/** A node and where it ends. */
export interface FlowNode {
  readonly node: YamlNode;
  readonly end: number;
}

/** A value that begins and ends in one line, and is no block text. */
export function readLineValue(reader: Reader, at: number, depth: number): FlowNode {
  return isFlow(reader.text, at) ? readFlow(reader, at, depth) : readPlain(reader, at);
}

const DOUBLE_QUOTED = /"((?:[^"\\\n\t]|\\["\\nt])*)"/y;
const SINGLE_QUOTED = /'((?:[^'\n\t]|'')*)'/y;
/** Indicators of YAML; "-" may begin a plain scalar if no blank follows. */
const PLAIN_BEGIN = /[^-?:,[\]{}#&*!|>'"%@` \n]|-(?=[^ \n])/y;
const FLOW_PLAIN = /(?:[A-Za-z0-9_./$~+(=]|-(?=[A-Za-z0-9]))[A-Za-z0-9_./$~+()=@%<>^ -]*/y;

function readPlain(reader: Reader, from: number): FlowNode {
  const { text } = reader;
  if (matchAt(PLAIN_BEGIN, text, from) === null) {
    unusual();
  }
  let line = text.slice(from, endOfLine(text, from));
  const commentAt = line.indexOf(" #");
  if (commentAt !== -1) {
    line = line.slice(0, commentAt);
  }
  line = line.replace(/ +$/u, "");
  if (line.includes(": ") || line.endsWith(":") || line.includes("\t")) {
    unusual();
  }
  return { node: scalar(line, true, from), end: from + line.length };
}

function isFlow(text: string, at: number): boolean {
  const character = text[at];
  return (
    character === "[" ||
    character === "{" ||
    character === '"' ||
    character === "'" ||
    character === "*"
  );
}

/** Brackets, quotes and aliases, alone in a line or between brackets. */
function readFlow(reader: Reader, at: number, depth: number): FlowNode {
  const { text } = reader;
  switch (text[at]) {
    case '"': {
      const match = matchAt(DOUBLE_QUOTED, text, at) ?? unusual();
      const content = (match[1] ?? "").replace(/\\(.)/gu, (_, escaped: string) =>
        escaped === "n" ? "\n" : escaped === "t" ? "\t" : escaped,
      );
      return { node: scalar(content, false, at), end: at + match[0].length };
    }
    case "'": {
      const match = matchAt(SINGLE_QUOTED, text, at) ?? unusual();
      const content = (match[1] ?? "").replaceAll("''", "'");
      return { node: scalar(content, false, at), end: at + match[0].length };
    }
    case "*": {
      const name = matchAt(NAME, text, at + 1)?.[0] ?? unusual();
      if (!reader.anchors.has(name)) {
        unusual();
      }
      return { node: { kind: "alias", name, offset: at }, end: at + 1 + name.length };
    }
    case "[":
      return readFlowList(reader, at, depth);
    case "{":
      return readFlowMapping(reader, at, depth);
    default: {
      const match = matchAt(FLOW_PLAIN, text, at) ?? unusual();
      const content = match[0].replace(/ +$/u, "");
      return { node: scalar(content, true, at), end: at + content.length };
    }
  }
}

function readFlowList(reader: Reader, at: number, depth: number): FlowNode {
  const { text } = reader;
  const items: YamlNode[] = [];
  let next = skipBlanks(text, at + 1);
  while (text[next] !== "]") {
    count(reader, depth);
    if (items.length > 0) {
      next = skipComma(text, next);
    }
    const { node, end } = readFlow(reader, next, depth + 1);
    items.push(node);
    next = skipBlanks(text, end);
  }
  const node: YamlNode = { kind: "list", items, tag: undefined, anchor: undefined, offset: at };
  return { node, end: next + 1 };
}

function readFlowMapping(reader: Reader, at: number, depth: number): FlowNode {
  const { text } = reader;
  const pairs: { readonly key: Scalar; readonly value: YamlNode }[] = [];
  let next = skipBlanks(text, at + 1);
  while (text[next] !== "}") {
    count(reader, depth);
    if (pairs.length > 0) {
      next = skipComma(text, next);
    }
    const match = matchAt(KEY, text, next) ?? unusual();
    const key = scalar(match[1] ?? "", true, next);
    const { node, end } = readFlow(reader, next + match[0].length, depth + 1);
    pairs.push({ key, value: node });
    next = skipBlanks(text, end);
  }
  const node: YamlNode = { kind: "mapping", pairs, tag: undefined, anchor: undefined, offset: at };
  return { node, end: next + 1 };
}

function skipComma(text: string, at: number): number {
  return text[at] === "," ? skipBlanks(text, at + 1) : unusual();
}
