import { Buffer } from "node:buffer";
import { setKey } from "./set-key.ts";
import type { YamlNode, YamlTree } from "./yaml-node.ts";
import {
  parseYamlBoolean,
  parseYamlFloat,
  parseYamlInteger,
  resolvePlainScalar,
} from "./yaml-scalar.ts";

/** Deeper nesting is an error; PyYAML itself ends at about 300 levels. */
export const YAML_DEPTH_MAX = 256;
/** How many nodes and characters aliases may repeat: a bomb of nested aliases ends here. */
export const YAML_ALIAS_WEIGHT_MAX = 10_000_000;
const DUPLICATES_REPORTED_MAX = 20;

/** Something in a document that has no value; caught by `parseYaml`. */
export class YamlValueError extends Error {
  override readonly name = "YamlValueError";
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** A value and where, by offset, keys stand twice. */
export interface YamlValue {
  readonly value: unknown;
  readonly duplicateKeyOffsets: readonly number[];
}

/**
 * The value of a document: what PyYAML's safe loader gives (compat config.md §9), with mappings as
 * plain objects (keys as the text that was written), dates as their source text and `!!binary` as a
 * Uint8Array. An alias gives the very object its anchor gave: treat values as read-only. Throws a
 * YamlValueError.
 */
export function readYamlValue(tree: YamlTree): YamlValue {
  if (tree.root === undefined) {
    return { value: null, duplicateKeyOffsets: [] };
  }
  const reader: Reader = {
    view: (node) => tree.view(node),
    anchors: new Map(),
    duplicateKeyOffsets: [],
    weight: 0,
    aliasWeight: 0,
  };
  const value = readNode(reader, tree.root, 0);
  return { value, duplicateKeyOffsets: reader.duplicateKeyOffsets };
}

interface Reader {
  readonly view: (node: unknown) => YamlNode;
  readonly anchors: Map<string, Anchored | "open">;
  readonly duplicateKeyOffsets: number[];
  /** Nodes and characters so far, aliases counted in full. */
  weight: number;
  aliasWeight: number;
}

interface Anchored {
  readonly value: unknown;
  /** The text of a scalar, for an alias in the place of a key. */
  readonly keyText: string | undefined;
  readonly weight: number;
}

function readNode(reader: Reader, raw: unknown, depth: number): unknown {
  const node = reader.view(raw);
  if (node.kind === "alias") {
    return readAlias(reader, node).value;
  }
  if (depth > YAML_DEPTH_MAX) {
    throw new YamlValueError(`it is nested more than ${YAML_DEPTH_MAX} levels deep`, node.offset);
  }
  const weightBefore = reader.weight;
  if (node.anchor !== undefined) {
    reader.anchors.set(node.anchor, "open");
  }
  reader.weight += 1;
  const value = readContent(reader, node, depth);
  if (node.anchor !== undefined) {
    reader.anchors.set(node.anchor, {
      value,
      keyText: node.kind === "scalar" ? node.text : undefined,
      weight: reader.weight - weightBefore,
    });
  }
  return value;
}

function readAlias(reader: Reader, node: YamlNode & { readonly kind: "alias" }): Anchored {
  const anchored = reader.anchors.get(node.name);
  if (anchored === undefined) {
    throw new YamlValueError("an alias names an anchor that is not set before it", node.offset);
  }
  if (anchored === "open") {
    throw new YamlValueError("an alias stands inside the value that it names", node.offset);
  }
  reader.weight += anchored.weight;
  reader.aliasWeight += anchored.weight;
  if (reader.aliasWeight > YAML_ALIAS_WEIGHT_MAX) {
    throw new YamlValueError(
      `its aliases repeat more than ${YAML_ALIAS_WEIGHT_MAX} nodes and characters`,
      node.offset,
    );
  }
  return anchored;
}

function readContent(
  reader: Reader,
  node: Exclude<YamlNode, { readonly kind: "alias" }>,
  depth: number,
): unknown {
  switch (node.kind) {
    case "scalar":
      reader.weight += node.text.length;
      return readScalar(node);
    case "list":
      return readList(reader, node, depth);
    case "mapping":
      return readMapping(reader, node, depth);
  }
}

const TAG_PREFIX = "tag:yaml.org,2002:";

function readScalar(node: YamlNode & { readonly kind: "scalar" }): unknown {
  const { tag, text } = node;
  if (tag === undefined || tag === "!") {
    return node.isPlain ? resolvePlainScalar(text) : text;
  }
  const value = tag.startsWith(TAG_PREFIX)
    ? readTagged(tag.slice(TAG_PREFIX.length), text)
    : undefined;
  if (value !== undefined) {
    return value;
  }
  throw new YamlValueError(
    "this tag is not known, or its value does not fit it (known: !!str, !!int, !!float, !!bool, !!null, !!seq, !!map, !!set, !!omap, !!pairs, !!timestamp, !!binary)",
    node.offset,
  );
}

function readTagged(name: string, text: string): unknown {
  switch (name) {
    case "str":
    case "timestamp":
    // The old agent's loader had this one of Python's tags, for its own dumps.
    case "python/unicode":
      return text;
    case "int":
      return parseYamlInteger(text);
    case "float":
      return parseYamlFloat(text);
    case "bool":
      return parseYamlBoolean(text);
    case "null":
      return null;
    case "binary":
      return decodeBinary(text);
    default:
      return undefined;
  }
}

/** As Python's base64.decodebytes: other characters are skipped, wrong padding is an error. */
function decodeBinary(text: string): Uint8Array | undefined {
  const match = /^([A-Za-z0-9+/]*)(={0,2})/u.exec(text.replaceAll(/[^A-Za-z0-9+/=]/gu, ""));
  const digits = match?.[1] ?? "";
  const paddingLength = match?.[2]?.length ?? 0;
  const lastLength = digits.length % 4;
  if (lastLength === 1 || (lastLength > 1 && lastLength + paddingLength < 4)) {
    return undefined;
  }
  return Uint8Array.from(Buffer.from(digits, "base64"));
}

function readList(
  reader: Reader,
  node: YamlNode & { readonly kind: "list" },
  depth: number,
): unknown {
  const { tag } = node;
  if (tag === undefined || tag === "!" || tag === `${TAG_PREFIX}seq`) {
    return node.items.map((item) => readNode(reader, item, depth + 1));
  }
  if (tag === `${TAG_PREFIX}omap` || tag === `${TAG_PREFIX}pairs`) {
    return node.items.map((item) => readPair(reader, item, depth + 1));
  }
  throw new YamlValueError("this tag cannot stand before a list", node.offset);
}

/** One entry of `!!omap` or `!!pairs`: PyYAML gives a tuple of key and value. */
function readPair(reader: Reader, raw: unknown, depth: number): unknown {
  const node = reader.view(raw);
  const pair = node.kind === "mapping" && node.pairs.length === 1 ? node.pairs[0] : undefined;
  if (pair === undefined || depth > YAML_DEPTH_MAX) {
    throw new YamlValueError(
      "each entry of !!omap and !!pairs is a mapping of one key",
      node.offset,
    );
  }
  return [readKey(reader, pair.key), readValue(reader, pair.value, depth)];
}

function readMapping(
  reader: Reader,
  node: YamlNode & { readonly kind: "mapping" },
  depth: number,
): unknown {
  const { tag } = node;
  if (
    tag !== undefined &&
    tag !== "!" &&
    tag !== `${TAG_PREFIX}map` &&
    tag !== `${TAG_PREFIX}set`
  ) {
    throw new YamlValueError("this tag cannot stand before a mapping", node.offset);
  }
  const own: Record<string, unknown> = {};
  let merged: Record<string, unknown> | undefined;
  for (const pair of node.pairs) {
    const key = reader.view(pair.key);
    if (isMergeKey(key)) {
      merged ??= {};
      // A second "<<" wins over the first, as in PyYAML.
      setKeys(merged, readMergeSources(reader, pair.value, depth));
      continue;
    }
    const name = readKey(reader, pair.key);
    if (Object.hasOwn(own, name) && reader.duplicateKeyOffsets.length < DUPLICATES_REPORTED_MAX) {
      reader.duplicateKeyOffsets.push(key.offset);
    }
    setKey(own, name, readValue(reader, pair.value, depth));
  }
  return merged === undefined ? own : { ...merged, ...own };
}

function isMergeKey(key: YamlNode): boolean {
  return (
    key.kind === "scalar" &&
    key.text === "<<" &&
    (key.tag === undefined ? key.isPlain : key.tag === `${TAG_PREFIX}merge`)
  );
}

function readMergeSources(
  reader: Reader,
  raw: unknown,
  depth: number,
): Readonly<Record<string, unknown>> {
  const { offset } = reader.view(raw);
  const value = readNode(reader, raw, depth + 1);
  const sources: readonly unknown[] = Array.isArray(value) ? value : [value];
  const merged: Record<string, unknown> = {};
  // The first of a list wins.
  for (const source of [...sources].reverse()) {
    if (!isPlainMapping(source)) {
      throw new YamlValueError('after "<<" stands a mapping or a list of mappings', offset);
    }
    setKeys(merged, source);
  }
  return merged;
}

function setKeys(target: Record<string, unknown>, source: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(source)) {
    setKey(target, key, value);
  }
}

function isPlainMapping(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  );
}

function readKey(reader: Reader, raw: unknown): string {
  const key = reader.view(raw);
  if (key.kind === "scalar") {
    reader.weight += 1 + key.text.length;
    if (key.anchor !== undefined) {
      const keyText = key.text;
      const anchored = { value: readScalar(key), keyText, weight: 1 + keyText.length };
      reader.anchors.set(key.anchor, anchored);
    }
    return key.text;
  }
  const text = key.kind === "alias" ? readAlias(reader, key).keyText : undefined;
  if (text === undefined) {
    throw new YamlValueError("a list or a mapping cannot be a key", key.offset);
  }
  return text;
}

/** A key without a value, as in `{a, b}`, has the value null. */
function readValue(reader: Reader, raw: unknown, depth: number): unknown {
  return raw === null || raw === undefined ? null : readNode(reader, raw, depth + 1);
}
