import { describeKind } from "../text/describe-kind.ts";
import type { Problem } from "../text/problem.ts";
import { isMapping } from "./cloud-config.ts";
import type { CloudConfig } from "./cloud-config.ts";

/** A file's mapping, what is wrong with it, and what is merely worth a line in the log. */
export interface ParsedConfigFile {
  readonly config: CloudConfig;
  readonly problems: readonly Problem[];
  /** Keys that stand twice: PyYAML takes the last without a word, so these count as no errors. */
  readonly notes: readonly Problem[];
}

/**
 * One configuration file's mapping. Empty for an empty file; empty too, with a problem, where the
 * text is no YAML or no mapping. YAML code is loaded at the first file that has content.
 */
export async function parseConfigFile(
  content: string | Uint8Array,
  source: string,
): Promise<ParsedConfigFile> {
  if (content.length === 0) {
    return { config: {}, problems: [], notes: [] };
  }
  const { readYaml } = await import("../text/read-yaml.ts");
  const parsed = await readYaml(content, source);
  if (!parsed.ok) {
    const problems = parsed.problems.map((problem) => ({
      ...problem,
      message: `Failed loading yaml blob, the file counts as empty: ${problem.message}`,
    }));
    return { config: {}, problems, notes: [] };
  }
  if (isMapping(parsed.value)) {
    return { config: parsed.value, problems: [], notes: parsed.warnings };
  }
  if (parsed.value === null) {
    return { config: {}, problems: [], notes: [] };
  }
  const message = `Failed loading yaml blob, the file counts as empty: a mapping is expected at its top, found ${describeKind(parsed.value)}`;
  return { config: {}, problems: [{ message, source, line: 1 }], notes: [] };
}
