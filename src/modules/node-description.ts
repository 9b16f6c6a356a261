import type { SchemaNode } from "../schema/schema-node.ts";

/** What a schema says of a key; of one that may be several things, what the first of them says. "" where nothing does. */
export function nodeDescription(node: SchemaNode): string {
  const own: unknown = "description" in node ? node.description : undefined;
  if (typeof own === "string") {
    return own;
  }
  const [first] = node.anyOf ?? [];
  return first === undefined ? "" : nodeDescription(first);
}
