// The tables in README.md that come from modules and tests. `npm run format` writes them; a test
// compares them.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderKeyTable } from "../src/modules/key-table.ts";
import { MODULES } from "../src/modules/registry.ts";
import { renderTestedTable } from "./tested-table.ts";

const README = join(import.meta.dir, "..", "README.md");
const KEYS = {
  start: "<!-- The table of keys: written by `npm run format` from src/modules -->\n\n",
  end: "\n<!-- The table's end -->\n",
};
const TESTED = {
  start: "<!-- The table of tests: written by `npm run format` from src/modules and test -->\n\n",
  end: "\n<!-- The end of the table of tests -->\n",
};

/** README as it is, and as it should be. */
export async function compareReadme(): Promise<{ readonly is: string; readonly wanted: string }> {
  const is = readFileSync(README, "utf8");
  const modules = await Promise.all(MODULES.map((entry) => entry.load()));
  const withKeys = replaceBetween(is, KEYS, renderKeyTable(modules));
  return { is, wanted: replaceBetween(withKeys, TESTED, renderTestedTable(modules)) };
}

function replaceBetween(
  text: string,
  { start, end }: { readonly start: string; readonly end: string },
  table: string,
): string {
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from === -1 || to < from) {
    throw new Error(
      `README.md has no place for a table between "${start.trim()}" and "${end.trim()}"`,
    );
  }
  return text.slice(0, from + start.length) + table + text.slice(to);
}

/** Writes the tables into README if they differ. */
export async function updateReadme(): Promise<void> {
  const { is, wanted } = await compareReadme();
  if (is !== wanted) {
    writeFileSync(README, wanted);
  }
}
