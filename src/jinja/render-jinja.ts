import { errorMessage } from "../text/error-message.ts";
import { printable } from "../text/printable.ts";
import type { Problem } from "../text/problem.ts";
import { runJinja } from "./jinja-interpreter.ts";
import { parseJinja } from "./jinja-program.ts";
import { splitTemplate, type TemplatePiece } from "./split-template.ts";
import { readTemplateHeader } from "./template-header.ts";

/** A rendered text, or why there is none. */
export type RenderedJinja =
  | {
      readonly ok: true;
      readonly text: string;
      /** Names without a value, in the order they were met; `CI_MISSING_JINJA_VAR/name` stands for each. */
      readonly missingNames: readonly string[];
    }
  | {
      readonly ok: false;
      /** "syntax": it is no template; "render": it cannot be rendered with these variables. */
      readonly kind: "syntax" | "render";
      readonly problem: Problem;
    };

/** Longest template, in characters. */
export const TEMPLATE_LENGTH_MAX = 8 * 1024 * 1024;

/**
 * Renders a Jinja template with plain data (compat config.md §9.5, userdata.md §6.6). A first line
 * `## template: jinja` is dropped; a line end at the end stays. Never throws; `source` names the
 * template in the problem. The template sees `variables` and nothing else.
 *
 * Of Jinja there are: `if`, `for`, `set`, `do`, `macro`, `call`, `filter`, `raw`, expressions, tests
 * without arguments and the usual filters; not `include`, `import`, `extends`.
 */
export function renderJinja(
  template: string,
  variables: Readonly<Record<string, unknown>>,
  source: string,
): RenderedJinja {
  if (template.length > TEMPLATE_LENGTH_MAX) {
    const message = `Cannot render Jinja template of ${template.length} characters: the limit is ${TEMPLATE_LENGTH_MAX}`;
    return { ok: false, kind: "render", problem: { message, source } };
  }
  const { body } = readTemplateHeader(template);
  const lineOffset = body.length === template.length ? 0 : 1;
  const syntaxProblem = (reason: string, bodyLine: number, shown: string): RenderedJinja => {
    const line = bodyLine + lineOffset;
    const message = `Unable to parse Jinja template due to syntax error: ${printable(reason)} on line ${line}${shown}`;
    return { ok: false, kind: "syntax", problem: { message, source, line } };
  };
  // As cloud-init sets Jinja up: one line end at the end is no part of the template, so that no tag
  // takes it away, and comes back behind the result; others are LF.
  const unix = body.includes("\r") ? body.replace(/\r\n?/gu, "\n") : body;
  const end = unix.endsWith("\n") ? "\n" : "";
  const split = splitTemplate(end === "" ? unix : unix.slice(0, -1));
  if (!split.ok) {
    return syntaxProblem(split.reason, split.line, "");
  }
  const parsed = parseJinja(split.pieces);
  if (!parsed.ok) {
    return syntaxProblem(parsed.reason, parsed.piece?.line ?? 1, shownTag(parsed.piece));
  }
  try {
    const { text, missingNames } = runJinja(parsed.program, variables);
    return { ok: true, text: text + end, missingNames };
  } catch (error) {
    const message = `Cannot render Jinja template: ${printable(errorMessage(error))}`;
    return { ok: false, kind: "render", problem: { message, source } };
  }
}

const SHOWN_LENGTH_MAX = 60;

/** The tag alone: the text round it may hold a password. */
function shownTag(piece: TemplatePiece | undefined): string {
  if (piece === undefined || piece.kind === "text") {
    return "";
  }
  const inside = printable(piece.inside.trim()).slice(0, SHOWN_LENGTH_MAX);
  return piece.kind === "expression" ? `: {{ ${inside} }}` : `: {% ${inside} %}`;
}
