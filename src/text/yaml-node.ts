/**
 * One node of a parsed YAML document, as our own code sees it, so that only yaml.ts names the
 * package behind it. Children are opaque until they are viewed in turn.
 */
export type YamlNode =
  | {
      readonly kind: "scalar";
      /** After unescaping and folding. */
      readonly text: string;
      /** Unquoted: its text says its type. */
      readonly isPlain: boolean;
      readonly tag: string | undefined;
      readonly anchor: string | undefined;
      readonly offset: number;
    }
  | { readonly kind: "alias"; readonly name: string; readonly offset: number }
  | {
      readonly kind: "list";
      readonly items: readonly unknown[];
      readonly tag: string | undefined;
      readonly anchor: string | undefined;
      readonly offset: number;
    }
  | {
      readonly kind: "mapping";
      readonly pairs: readonly { readonly key: unknown; readonly value: unknown }[];
      readonly tag: string | undefined;
      readonly anchor: string | undefined;
      readonly offset: number;
    };

/** A parsed document that is free of syntax errors. */
export interface YamlTree {
  /** Undefined for an empty document. */
  readonly root: unknown;
  view(node: unknown): YamlNode;
}
