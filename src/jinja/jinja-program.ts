import { isRecord } from "../text/record.ts";
import { type JinjaNode, type JinjaToken, parseTokens, tokenizeTag } from "./jinja-library.ts";
import type { TemplatePiece } from "./split-template.ts";

/** A template's tree, or which piece of it has no meaning. */
export type ParsedJinja =
  | { readonly ok: true; readonly program: JinjaNode }
  | { readonly ok: false; readonly reason: string; readonly piece: TemplatePiece | undefined };

/**
 * Parses a template. The library reads one tag at a time, since it does not tell where in a template
 * it stops; text never passes through it. In the tree, what is printed is wrapped in nodes of type
 * "Output", what a loop goes through in nodes of type "Iterable", and each turn of a loop begins with
 * a node of type "Tick": the interpreter gives them the meaning they have in Python, and counts turns.
 */
export function parseJinja(pieces: readonly TemplatePiece[]): ParsedJinja {
  const tokens: JinjaToken[] = [];
  const origins: TemplatePiece[] = [];
  for (const piece of pieces) {
    let found: readonly JinjaToken[];
    try {
      found = tokensOf(piece);
    } catch (error) {
      return { ok: false, reason: reasonOf(error), piece };
    }
    for (const token of found) {
      tokens.push(token);
      origins.push(piece);
    }
  }
  let reached = 0;
  // The parser tells no place; the last token that it looked at is the one it stumbled over.
  const watched = new Proxy(tokens, {
    get(target, key) {
      const index = typeof key === "string" ? Number(key) : Number.NaN;
      if (Number.isInteger(index)) {
        reached = index;
        return target[index];
      }
      return key === "length" ? target.length : Reflect.get(target, key);
    },
  });
  try {
    const program = parseTokens(watched);
    wrapBlock(program.body);
    return { ok: true, program };
  } catch (error) {
    const reason =
      reached >= tokens.length
        ? "the template ends within a block: an end such as {% endif %} or {% endfor %} is missing"
        : reasonOf(error);
    return { ok: false, reason, piece: origins[reached] ?? origins.at(-1) };
  }
}

function tokensOf(piece: TemplatePiece): readonly JinjaToken[] {
  switch (piece.kind) {
    case "text":
      return [{ value: piece.text, type: "Text" }];
    case "expression":
      return tokenizeTag(`{{ ${piece.inside} }}`);
    case "statement":
      return tokenizeTag(`{% ${piece.inside} %}`);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof RangeError) {
    return "it is nested too deeply";
  }
  return error instanceof Error ? error.message.replace(/^Parser Error: /u, "") : String(error);
}

/** Node type → its members that are lists of statements. */
const BLOCKS: Readonly<Record<string, readonly string[]>> = {
  CallStatement: ["body"],
  FilterStatement: ["body"],
  For: ["body", "defaultBlock"],
  If: ["body", "alternate"],
  Macro: ["body"],
  Set: ["body"],
};
const SILENT: ReadonlySet<string> = new Set(["Break", "Comment", "Continue", "StringLiteral"]);

function wrapBlock(statements: JinjaNode[]): void {
  for (const [index, node] of statements.entries()) {
    const members = Object.hasOwn(BLOCKS, node.type) ? BLOCKS[node.type] : undefined;
    if (members !== undefined) {
      for (const member of members) {
        const block = memberOf(node, member);
        if (Array.isArray(block)) {
          wrapBlock(block);
          if (node.type === "For" && member === "body") {
            block.unshift({ type: "Tick" });
          }
        }
      }
      wrapIterable(node);
    } else if (!SILENT.has(node.type)) {
      statements[index] = wrap("Output", node);
    }
  }
}

function wrapIterable(node: JinjaNode): void {
  const iterable = node.type === "For" ? memberOf(node, "iterable") : undefined;
  if (!isNode(iterable)) {
    return;
  }
  const list = iterable.type === "SelectExpression" ? memberOf(iterable, "lhs") : undefined;
  if (isNode(list)) {
    Object.assign(iterable, { lhs: wrap("Iterable", list) });
  } else {
    Object.assign(node, { iterable: wrap("Iterable", iterable) });
  }
}

/** Of the same class as the node, so that the library's walks over a tree go into it. */
function wrap(type: "Output" | "Iterable", node: JinjaNode): JinjaNode {
  const wrapper = Object.create(Object.getPrototypeOf(node) as object | null) as JinjaNode;
  return Object.assign(wrapper, { type, expression: node });
}

/** A member of a node by name; the library's classes have a type for each kind of node, which it keeps to itself. */
export function memberOf(node: JinjaNode, name: string): unknown {
  return (node as unknown as Readonly<Record<string, unknown>>)[name];
}

/** Whether a member of a node is a node. */
export function isNode(value: unknown): value is JinjaNode {
  return isRecord(value) && typeof value["type"] === "string";
}
