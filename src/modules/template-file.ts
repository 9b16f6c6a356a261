import { isFile, readText } from "../system/files.ts";
import { errorMessage } from "../text/error-message.ts";
import type { ModuleContext } from "./module.ts";
import { renderTemplate } from "./render-template.ts";

/** A template's text, and what it is called in messages. */
interface TemplateText {
  readonly text: string;
  readonly source: string;
}

/** Far above any template for a system file. */
const TEMPLATE_SIZE_BYTES_MAX = 1024 * 1024;

/**
 * Renders `NAME.tmpl` of templates_dir, or the built-in text where there is no such file. What
 * cannot be read or rendered is a failure of the module, and gives undefined. Ends in a line end.
 */
export async function renderTemplateFile(
  ctx: ModuleContext,
  template: { readonly name: string; readonly builtIn: string },
  variables: Readonly<Record<string, unknown>>,
): Promise<string | undefined> {
  const found = readTemplate(ctx, template);
  if (found === undefined) {
    return undefined;
  }
  const rendered = await renderTemplate(found.text, variables, found.source);
  if (!rendered.ok) {
    ctx.fail(rendered.problem);
    return undefined;
  }
  const { missingNames = [] } = rendered;
  if (missingNames.length > 0) {
    const names = missingNames.map((name) => `"${name}"`).join(", ");
    ctx.fail({ message: `Cannot render this template: ${names} not known`, source: found.source });
    return undefined;
  }
  return rendered.text.endsWith("\n") ? rendered.text : `${rendered.text}\n`;
}

function readTemplate(
  ctx: ModuleContext,
  { name, builtIn }: { readonly name: string; readonly builtIn: string },
): TemplateText | undefined {
  const { fs } = ctx.sys;
  const path = `${ctx.paths.templatesDir}/${name}.tmpl`;
  if (!isFile(fs, path)) {
    return { text: builtIn, source: `built-in template ${name}` };
  }
  try {
    const text = readText(fs, path);
    if (text.length <= TEMPLATE_SIZE_BYTES_MAX) {
      return { text, source: path };
    }
    const message = `Cannot use this template: it has ${text.length} characters, ${TEMPLATE_SIZE_BYTES_MAX} are the most that are read`;
    ctx.fail({ message, source: path });
  } catch (error) {
    ctx.fail({ message: `Cannot read this template: ${errorMessage(error)}`, source: path });
  }
  return undefined;
}
