import { nodeOf, type SchemaNode } from "../schema/schema-node.ts";
import type { ConfigModule } from "./module.ts";
import { nodeDescription } from "./node-description.ts";

/**
 * The table of README and of `cloud-init schema --docs`: each key of the cloud-config, what it says,
 * and what its module does with it on AIX and on Linux. Markdown, one row for a key, modules in the
 * order given; a module without keys of its own has one row. `frequency` is the module's default.
 */
export function renderKeyTable(modules: readonly ConfigModule[]): string {
  const rows = modules.flatMap((module) => moduleRows(module));
  return [
    "| key | what it says | module | on AIX | on Linux |",
    "| --- | --- | --- | --- | --- |",
    ...rows.map((cells) => `| ${cells.map(escapeCell).join(" | ")} |`),
    "",
  ].join("\n");
}

function moduleRows(module: ConfigModule): readonly (readonly string[])[] {
  const keys = Object.entries(nodeOf(module.schema).properties ?? {});
  const place = `${module.name}, ${FREQUENCIES[module.frequency]}`;
  const facts = [module.aix ?? "", module.linux ?? ""];
  if (keys.length === 0) {
    return [["–", module.title, place, ...facts]];
  }
  return keys.map(([key, node], index) =>
    [`\`${key}\``, firstSentence(node)].concat(
      index === 0 ? [place, ...facts] : [module.name, SAME, SAME],
    ),
  );
}

const SAME = "″";

const FREQUENCIES: Readonly<Record<ConfigModule["frequency"], string>> = {
  "once-per-instance": "each instance",
  always: "each boot",
  once: "once",
};

function firstSentence(node: SchemaNode): string {
  const text = nodeDescription(node);
  return /^.*?[.](?=\s|$)/su.exec(text)?.[0].slice(0, -1) ?? text;
}

/** A bar or a line end would end the cell. */
function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s+/gu, " ");
}
