// How each module is tested, told by the tests themselves: which of their folders speak of it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ConfigModule } from "../src/modules/module.ts";
import { nodeOf } from "../src/schema/schema-node.ts";

const TEST = join(import.meta.dir, "..", "test");

/** The columns: what they are, and the tests behind each. */
const COLUMNS: readonly {
  readonly title: string;
  readonly folder: string;
  readonly takes: (text: string) => boolean;
}[] = [
  { title: "unit", folder: "modules", takes: () => true },
  { title: "boots of a simulated AIX", folder: "boot", takes: bootsAix },
  { title: "boots of a simulated Linux", folder: "boot", takes: bootsLinux },
  { title: "built program in an AIX root", folder: "aix-root", takes: () => true },
  { title: "real tools of Debian", folder: "linux", takes: () => true },
];

function bootsAix(text: string): boolean {
  return /sample-machine|run-by-hand|storage-scenario|agent-machine|createScenario/u.test(text);
}

function bootsLinux(text: string): boolean {
  return /linux-machine|simulated-linux|linux-boot|bootSimulatedLinux/u.test(text);
}

/** Markdown: a row for each module, a cross where a test of the column names the module or sets a key of it. */
export function renderTestedTable(modules: readonly ConfigModule[]): string {
  const texts = COLUMNS.map(({ folder, takes }) => readTests(folder, takes));
  const rows = modules.map((module) => {
    const pattern = mentionOf(module);
    const cells = texts.map((text) => (pattern.test(text) ? "×" : ""));
    return `| ${[module.name, ...cells].join(" | ")} |`;
  });
  return [
    `| module | ${COLUMNS.map(({ title }) => title).join(" | ")} |`,
    `| --- | ${COLUMNS.map(() => "---").join(" | ")} |`,
    ...rows,
    "",
  ].join("\n");
}

function readTests(folder: string, takes: (text: string) => boolean): string {
  const directory = join(TEST, folder);
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .sort()
    .map((file) => readFileSync(join(directory, file), "utf8"))
    .filter(takes)
    .join("\n");
}

/** The module's name as a word in any spelling, or one of its keys as YAML or an object has it. */
function mentionOf(module: ConfigModule): RegExp {
  const names = [module.name, module.name.replaceAll("_", "-")];
  const keys = Object.keys(nodeOf(module.schema).properties ?? {});
  const words = names.map((name) => `\\b(?:config[-_])?${name}\\b(?!\\.ts")`);
  const settings = keys.map((key) => `(?:^|[{,\\s"])${key}"?:\\s`);
  return new RegExp([...words, ...settings].join("|"), "mu");
}
