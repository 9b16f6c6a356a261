import { buildLineIndex, type LineIndex } from "./line-index.ts";
import { placeOf } from "./place.ts";
import type { Problem } from "./problem.ts";
import { decodeYamlBytes, normaliseYamlText } from "./yaml-input.ts";
import { readSimpleYaml } from "./simple-yaml.ts";
import type { YamlNode, YamlTree } from "./yaml-node.ts";
import { readYamlValue, YamlValueError } from "./yaml-value.ts";

/** Longer documents are refused unread. */
export const YAML_SIZE_BYTES_MAX = 64 * 1024 * 1024;

export interface YamlOptions {
  /** Also tell where keys and items stand: costs little while the document is at hand. */
  readonly withLines?: boolean;
}

/** A document's value, or why there is none. */
export type ParsedYaml =
  | {
      readonly ok: true;
      /** Null for an empty document. Aliases share objects: treat it as read-only. */
      readonly value: unknown;
      /** Keys that stand twice (the last one counts): to be shown, not to be counted as errors. */
      readonly warnings: readonly Problem[];
      readonly lines?: LineIndex;
    }
  | FailedYaml;

/** Why a document cannot be read. */
export interface FailedYaml {
  readonly ok: false;
  readonly problems: readonly Problem[];
}

/** The text of a document of a fitting size without forbidden characters, line ends as "\n". */
export function decodeYaml(
  content: string | Uint8Array,
  source: string,
): { readonly ok: true; readonly text: string } | FailedYaml {
  if (content.length > YAML_SIZE_BYTES_MAX) {
    const message = `Cannot read YAML of ${content.length} bytes: the limit is ${YAML_SIZE_BYTES_MAX}`;
    return { ok: false, problems: [{ message, source }] };
  }
  const decoded = typeof content === "string" ? { text: content } : decodeYamlBytes(content);
  if (decoded.text === undefined) {
    return { ok: false, problems: [{ message: decoded.message, source, line: decoded.line }] };
  }
  const { text, unprintableOffset } = normaliseYamlText(decoded.text);
  if (unprintableOffset !== undefined) {
    const message = "Cannot read YAML: a control character stands here, which YAML does not allow";
    return { ok: false, problems: [problemAt(message, source, text, unprintableOffset)] };
  }
  return { ok: true, text };
}

/** What the nodes of a document mean. `text` is what their offsets count in. */
export function evaluateYaml(
  tree: YamlTree,
  text: string,
  source: string,
  options: YamlOptions,
): ParsedYaml {
  try {
    const { value, duplicateKeyOffsets } = readYamlValue(tree);
    const warnings = duplicateKeyOffsets.map((offset) =>
      problemAt("This key stands twice in its mapping: the last one counts", source, text, offset),
    );
    const lines = options.withLines === true ? { lines: buildLineIndex(tree, text) } : {};
    return { ok: true, value, warnings, ...lines };
  } catch (error) {
    if (error instanceof YamlValueError) {
      const message = `Cannot read YAML: ${error.message}`;
      return { ok: false, problems: [problemAt(message, source, text, error.offset)] };
    }
    throw error;
  }
}

/** The value of a document that is written plainly, or why its bytes cannot be read at all; undefined for any other document. */
export function readPlainYaml(
  content: string | Uint8Array,
  source: string,
  options: YamlOptions = {},
): ParsedYaml | undefined {
  const decoded = decodeYaml(content, source);
  if (!decoded.ok) {
    return decoded;
  }
  const { text } = decoded;
  const root = readSimpleYaml(text);
  return root === undefined
    ? undefined
    : evaluateYaml({ root, view: viewPlain }, text, source, options);
}

/** Nodes of this kind are what they look like. */
function viewPlain(node: unknown): YamlNode {
  return node as YamlNode;
}

/** A problem with the line and column of an offset. */
export function problemAt(message: string, source: string, text: string, offset: number): Problem {
  return { message, source, ...placeOf(text, offset) };
}
