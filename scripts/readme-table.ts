// The table of keys in README.md, from the modules themselves. `npm run format` writes it; a test
// compares it.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderKeyTable } from "../src/modules/key-table.ts";
import { MODULES } from "../src/modules/registry.ts";

const README = join(import.meta.dir, "..", "README.md");
const START = "<!-- The table of keys: written by `npm run format` from src/modules -->\n\n";
const END = "\n<!-- The table's end -->\n";

/** README as it is, and as it should be. */
export async function compareReadme(): Promise<{ readonly is: string; readonly wanted: string }> {
  const is = readFileSync(README, "utf8");
  const start = is.indexOf(START);
  const end = is.indexOf(END);
  if (start === -1 || end < start) {
    throw new Error(`README.md has no place for the table of keys between its two comments`);
  }
  const table = renderKeyTable(await Promise.all(MODULES.map((entry) => entry.load())));
  return { is, wanted: is.slice(0, start + START.length) + table + is.slice(end) };
}

/** Writes the table into README if it differs. */
export async function updateReadme(): Promise<void> {
  const { is, wanted } = await compareReadme();
  if (is !== wanted) {
    writeFileSync(README, wanted);
  }
}
