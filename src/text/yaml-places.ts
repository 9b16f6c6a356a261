import { placeOf } from "./place.ts";
import { openYaml } from "./yaml.ts";
import type { YamlNode, YamlTree } from "./yaml-node.ts";

/** Where things stand in one YAML document, to the column. */
export interface YamlPlaces {
  /** Of the key or item at `path`, or of the nearest thing around it that is written. Undefined for a text that is no YAML. */
  placeOf(
    path: readonly (string | number)[],
  ): { readonly line: number; readonly column: number } | undefined;
}

/** Opens a document for questions; each walks from the root, so that asking rarely costs little. */
export function createYamlPlaces(content: string | Uint8Array): YamlPlaces {
  const opened = openYaml(content, "");
  if (!opened.ok || opened.tree.root === undefined) {
    return { placeOf: () => undefined };
  }
  const { tree, text } = opened;
  const root = tree.view(tree.root);
  return {
    placeOf(path) {
      let node: YamlNode | undefined = root;
      let offset = root.offset;
      for (const step of path) {
        const child: Child | undefined = node === undefined ? undefined : childOf(tree, node, step);
        if (child === undefined) {
          break;
        }
        ({ offset, node } = child);
      }
      return placeOf(text, offset);
    },
  };
}

interface Child {
  readonly offset: number;
  readonly node: YamlNode | undefined;
}

/** What an alias names, and what "<<" brings, stands elsewhere: the place is that of the alias. */
function childOf(tree: YamlTree, node: YamlNode, step: string | number): Child | undefined {
  if (node.kind === "list" && typeof step === "number") {
    const raw = node.items[step];
    const item = raw === undefined ? undefined : tree.view(raw);
    return item === undefined ? undefined : { offset: item.offset, node: item };
  }
  if (node.kind !== "mapping") {
    return undefined;
  }
  // The last one of a key that stands twice counts.
  for (const pair of [...node.pairs].reverse()) {
    const key = tree.view(pair.key);
    if (key.kind === "scalar" && key.text === String(step)) {
      const hasValue = pair.value !== null && pair.value !== undefined;
      return { offset: key.offset, node: hasValue ? tree.view(pair.value) : undefined };
    }
  }
  return undefined;
}
