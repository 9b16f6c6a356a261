import { DATASOURCE_SETTINGS } from "../../config/datasource-settings.ts";
import { DATASOURCES } from "../../datasources/registry.ts";

/**
 * What is to be known of one datasource, or of all where the name is "datasource": when it is
 * tried, and its settings. Undefined where there is none of that name.
 */
export function renderDatasourceDocs(name: string): string | undefined {
  const wanted = name.toLowerCase();
  const entries = [...DATASOURCES]
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .filter((entry) => wanted === "datasource" || entry.name.toLowerCase() === wanted);
  return entries.length === 0
    ? undefined
    : entries.map((entry) => renderEntry(entry.name, TRIED[entry.needs])).join("\n");
}

const TRIED = {
  filesystem: "before the network is up, and again when it is",
  network: "when the network is up",
  nothing: "where no other has data",
} as const;

function renderEntry(name: string, tried: string): string {
  const settings = Object.entries(DATASOURCE_SETTINGS[name] ?? {});
  const lines = [name, "=".repeat(name.length), `Tried: ${tried}`];
  if (settings.length === 0) {
    lines.push("It has no settings.");
  } else {
    lines.push("", `Settings, below datasource: {${name}: …}:`);
    for (const [key, description] of settings) {
      lines.push(`  ${key}`, `    ${description}`);
    }
  }
  return `${lines.join("\n")}\n`;
}
