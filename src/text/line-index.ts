import { setKey } from "./set-key.ts";
import type { YamlNode, YamlTree } from "./yaml-node.ts";

/**
 * Where each key and item of a document stands: 1-based lines, nested as the value is. Plain data:
 * survives JSON.
 */
export type LineIndex =
  | number
  | { readonly line: number; readonly items: readonly LineIndex[] }
  | { readonly line: number; readonly keys: Readonly<Record<string, LineIndex>> };

/** The line of the key or item at `path`, or of the nearest thing around it that is written; undefined where nothing on the path is. */
export function lineAt(index: LineIndex, path: readonly (string | number)[]): number | undefined {
  let current = index;
  let line: number | undefined = path.length === 0 ? lineOf(index) : undefined;
  for (const step of path) {
    const next = childAt(current, step);
    if (next === undefined) {
      return line;
    }
    line = lineOf(next);
    current = next;
  }
  return line;
}

function lineOf(index: LineIndex): number {
  return typeof index === "number" ? index : index.line;
}

function childAt(index: LineIndex, step: string | number): LineIndex | undefined {
  if (typeof index === "number") {
    return undefined;
  }
  if ("items" in index) {
    return typeof step === "number" ? index.items[step] : undefined;
  }
  const key = String(step);
  return Object.hasOwn(index.keys, key) ? index.keys[key] : undefined;
}

// A document whose value was read before is known not to be deeper; this holds for one that was not.
const DEPTH_MAX = 256;
/** Aliases repeat what they name: beyond so many lines in all, they get one line each. */
const ENTRIES_MAX = 2_000_000;

/** The lines of all keys and items of a document that parsed. `text` is what the nodes' offsets count in. */
export function buildLineIndex(tree: YamlTree, text: string): LineIndex {
  if (tree.root === undefined) {
    return 1;
  }
  const builder: Builder = { tree, lineStarts: lineStartsOf(text), anchors: new Map(), count: 0 };
  const root = tree.view(tree.root);
  return indexNode(builder, root, lineAtOffset(builder, root.offset), 0);
}

interface Builder {
  readonly tree: YamlTree;
  readonly lineStarts: readonly number[];
  readonly anchors: Map<string, LineIndex>;
  count: number;
}

/** `line` is that of the key or the dash before the node. */
function indexNode(builder: Builder, node: YamlNode, line: number, depth: number): LineIndex {
  builder.count += 1;
  if (node.kind === "alias") {
    const target = builder.anchors.get(node.name);
    return target === undefined ? line : withLine(target, line);
  }
  const index = depth > DEPTH_MAX ? line : indexContent(builder, node, line, depth);
  if (node.anchor !== undefined && builder.count < ENTRIES_MAX) {
    builder.anchors.set(node.anchor, index);
  }
  return index;
}

function indexContent(
  builder: Builder,
  node: Exclude<YamlNode, { readonly kind: "alias" }>,
  line: number,
  depth: number,
): LineIndex {
  if (node.kind === "scalar") {
    return line;
  }
  if (node.kind === "list") {
    const items = node.items.map((raw) => {
      const item = builder.tree.view(raw);
      return indexNode(builder, item, lineAtOffset(builder, item.offset), depth + 1);
    });
    return { line, items };
  }
  const keys: Record<string, LineIndex> = {};
  for (const pair of node.pairs) {
    const key = builder.tree.view(pair.key);
    const keyLine = lineAtOffset(builder, key.offset);
    const child =
      pair.value === null || pair.value === undefined
        ? keyLine
        : indexNode(builder, builder.tree.view(pair.value), keyLine, depth + 1);
    if (key.kind === "scalar" && key.text === "<<" && key.isPlain) {
      addMerged(keys, child);
    } else if (key.kind === "scalar") {
      setKey(keys, key.text, child);
    }
  }
  return { line, keys };
}

/** Keys that "<<" brings stand where their mapping does; the mapping's own keys come after and win. */
function addMerged(keys: Record<string, LineIndex>, merged: LineIndex): void {
  const sources = typeof merged !== "number" && "items" in merged ? merged.items : [merged];
  for (const source of sources) {
    if (typeof source !== "number" && "keys" in source) {
      for (const [key, child] of Object.entries(source.keys)) {
        if (!Object.hasOwn(keys, key)) {
          setKey(keys, key, child);
        }
      }
    }
  }
}

function withLine(index: LineIndex, line: number): LineIndex {
  return typeof index === "number" ? line : { ...index, line };
}

function lineStartsOf(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
    starts.push(at + 1);
  }
  return starts;
}

function lineAtOffset(builder: Builder, offset: number): number {
  const { lineStarts } = builder;
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lineStarts[middle] ?? 0) <= offset) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low + 1;
}
