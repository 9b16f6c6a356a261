import { describeExpected, nodeOf, type SchemaNode } from "../schema/schema-node.ts";
import type { ConfigModule } from "./module.ts";
import { nodeDescription } from "./node-description.ts";

/** A module's documentation as text: what it does, when, its keys at all depths, examples. */
export function renderModuleDocs(module: ConfigModule): string {
  const lines = [
    module.name,
    "=".repeat(module.name.length),
    module.title,
    "",
    module.description,
    "",
    ...(module.aix === undefined ? [] : [`On AIX: ${module.aix}`]),
    ...(module.linux === undefined ? [] : [`On Linux: ${module.linux}`]),
    `Runs: ${FREQUENCIES[module.frequency]}`,
    ...(module.activateByKeys === undefined
      ? []
      : [`Needs one of: ${module.activateByKeys.join(", ")}`]),
    ...(module.distros === undefined ? [] : [`Only on: ${module.distros.join(", ")}`]),
  ];
  const keys = describeKeys(nodeOf(module.schema), 0);
  if (keys.length > 0) {
    lines.push("", "Keys:", ...keys);
  }
  for (const example of module.examples) {
    lines.push(
      "",
      "Example:",
      "",
      ...example
        .trimEnd()
        .split("\n")
        .map((line) => `  ${line}`),
    );
  }
  return `${lines.join("\n")}\n`;
}

const FREQUENCIES: Readonly<Record<ConfigModule["frequency"], string>> = {
  "once-per-instance": "once for each instance-id",
  always: "on every boot",
  once: "once in the life of the image",
};

const DEPTH_MAX = 6;

function describeKeys(node: SchemaNode, depth: number): readonly string[] {
  if (depth > DEPTH_MAX) {
    return [];
  }
  const indent = "  ".repeat(depth + 1);
  const lines: string[] = [];
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    lines.push(`${indent}${key} (${describeExpected(child)})`);
    const description = nodeDescription(child);
    if (description !== "") {
      lines.push(`${indent}    ${description}`);
    }
    for (const entry of entryNodes(child)) {
      lines.push(...describeKeys(entry, depth + 1));
    }
    for (const entry of namedNodes(child)) {
      lines.push(`${indent}  NAME (${describeExpected(entry)})`, ...describeKeys(entry, depth + 2));
    }
  }
  return lines;
}

/** The mappings that a value may be, or have as its items. */
function entryNodes(node: SchemaNode): readonly SchemaNode[] {
  if (node.anyOf !== undefined) {
    return node.anyOf.flatMap(entryNodes).slice(0, 1);
  }
  if (node.type === "object") {
    return node.properties === undefined ? [] : [node];
  }
  return node.type === "array" && node.items !== undefined && !Array.isArray(node.items)
    ? entryNodes(node.items as SchemaNode)
    : [];
}

/** The mappings that stand in a mapping under names of the user's own. */
function namedNodes(node: SchemaNode): readonly SchemaNode[] {
  if (node.anyOf !== undefined) {
    return node.anyOf.flatMap(namedNodes).slice(0, 1);
  }
  return Object.values(node.patternProperties ?? {})
    .flatMap(entryNodes)
    .slice(0, 1);
}
