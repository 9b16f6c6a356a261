/** How a template names its engine in its first line (compat config.md §9.5). */
export interface TemplateHeader {
  /** "jinja", "basic", or whatever is written, in lower case; undefined without such a line. */
  readonly engine: string | undefined;
  /** What follows that line. */
  readonly body: string;
}

const HEADER = /^##\s*template:([^\n]*)(?:\n|$)/iu;

/** The engine that a template asks for, and its text without that line. */
export function readTemplateHeader(template: string): TemplateHeader {
  const match = HEADER.exec(template);
  return match === null
    ? { engine: undefined, body: template }
    : { engine: (match[1] ?? "").trim().toLowerCase(), body: template.slice(match[0].length) };
}

/** Whether the first line asks for Jinja; bytes need not be decoded for that. */
export function isJinjaTemplate(content: string | Uint8Array): boolean {
  const head =
    typeof content === "string"
      ? content.slice(0, HEADER_LENGTH_MAX)
      : new TextDecoder("latin1").decode(content.subarray(0, HEADER_LENGTH_MAX));
  return readTemplateHeader(head).engine === "jinja";
}

const HEADER_LENGTH_MAX = 256;
