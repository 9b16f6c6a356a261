import { type ParsedYaml, readPlainYaml, type YamlOptions } from "./yaml-document.ts";

/**
 * As `parseYaml`, the value of one YAML 1.1 document; never throws. The package for YAML is loaded
 * only for a document that is not written plainly: most boots do without it.
 */
export async function readYaml(
  content: string | Uint8Array,
  source: string,
  options: YamlOptions = {},
): Promise<ParsedYaml> {
  return (
    readPlainYaml(content, source, options) ??
    (await import("./yaml.ts")).parseYaml(content, source, options)
  );
}
