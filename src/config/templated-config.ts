import { renderJinja } from "../jinja/render-jinja.ts";
import { isJinjaTemplate } from "../jinja/template-header.ts";
import { decodeUtf8 } from "../text/decode-utf8.ts";
import type { Problem } from "../text/problem.ts";
import { parseConfigFile, type ParsedConfigFile } from "./parse-config-file.ts";

/** What templates see, and the file that it comes from. */
export interface TemplateSource {
  readonly path: string;
  /** Undefined as long as nothing is known of an instance. */
  readVariables(): Promise<Readonly<Record<string, unknown>> | undefined>;
}

/**
 * One configuration file that may be a Jinja template (compat config.md §1). As long as nothing is
 * known of the instance it is read as it stands, and counts as empty where that is no YAML.
 */
export async function readTemplatedConfig(
  content: Uint8Array,
  source: string,
  templates: TemplateSource,
): Promise<ParsedConfigFile> {
  if (!isJinjaTemplate(content)) {
    return parseConfigFile(content, source);
  }
  const variables = await templates.readVariables();
  if (variables === undefined) {
    const asWritten = await parseConfigFile(content, source);
    const note = {
      message: "This template is not rendered yet: nothing is known of the instance",
      source,
    };
    return { config: asWritten.config, problems: [], notes: [note] };
  }
  const decoded = decodeUtf8(content);
  if (!("text" in decoded)) {
    return leftOut({ message: `byte ${decoded.offsetBytes} is not UTF-8`, source });
  }
  const rendered = renderJinja(decoded.text, variables, source);
  if (!rendered.ok) {
    return leftOut(rendered.problem);
  }
  const names = rendered.missingNames.map((name) => `'${name}'`).join(", ");
  const missing: readonly Problem[] =
    names === ""
      ? []
      : [{ message: `Could not render jinja template variables in file '${source}': ${names}` }];
  // An empty line for the template's first one, so that messages tell the lines of the file.
  const parsed = await parseConfigFile(`\n${rendered.text}`, source);
  return { ...parsed, problems: [...missing, ...parsed.problems] };
}

function leftOut(problem: Problem): ParsedConfigFile {
  const message = `Cannot use this template, the file counts as empty: ${problem.message}`;
  return { config: {}, problems: [{ ...problem, message }], notes: [] };
}
