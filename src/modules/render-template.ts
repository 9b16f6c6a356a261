import { readTemplateHeader } from "../jinja/template-header.ts";
import { renderBasicTemplate } from "../text/basic-template.ts";
import { renderCheetah } from "../text/cheetah-template.ts";
import type { Problem } from "../text/problem.ts";

/** A rendered template, or why there is none. */
export type RenderedTemplate =
  | { readonly ok: true; readonly text: string; readonly missingNames?: readonly string[] }
  | { readonly ok: false; readonly problem: Problem };

/**
 * Renders a template file with the engine that its first line asks for, `## template:NAME` (compat
 * config.md §9.5). Without such a line it is Cheetah, of which the basic form is a part: users have
 * edited copies from IBM's port. `source` names the file in the problem. Jinja is loaded only where
 * it is asked for.
 */
export async function renderTemplate(
  template: string,
  variables: Readonly<Record<string, unknown>>,
  source: string,
): Promise<RenderedTemplate> {
  const { engine, body } = readTemplateHeader(template);
  const fault = (reason: string, line?: number): RenderedTemplate => ({
    ok: false,
    problem: {
      message: `Cannot render this template: ${reason}`,
      source,
      ...(line === undefined ? {} : { line }),
    },
  });
  switch (engine) {
    case "jinja": {
      const { renderJinja } = await import("../jinja/render-jinja.ts");
      return renderJinja(template, variables, source);
    }
    case "basic": {
      const rendered = renderBasicTemplate(body, variables);
      return rendered.ok ? rendered : fault(`"$${rendered.missingName}" is not known`);
    }
    case undefined:
    case "cheetah": {
      const rendered = renderCheetah(body, variables);
      const shift = engine === undefined ? 0 : 1;
      return rendered.ok ? rendered : fault(rendered.reason, rendered.line + shift);
    }
    default:
      return fault(`Unknown template rendering type '${engine}' requested`, 1);
  }
}
