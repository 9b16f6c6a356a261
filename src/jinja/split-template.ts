/** A stretch of a template: text that stays, or one tag for the template engine. */
export type TemplatePiece =
  | { readonly kind: "text"; readonly text: string; readonly line: number }
  | {
      readonly kind: "expression" | "statement";
      /** Between the braces, without the marks for white space. */
      readonly inside: string;
      readonly line: number;
    };

/** The pieces in order, or why the template has no such pieces. */
export type SplitTemplate =
  | { readonly ok: true; readonly pieces: readonly TemplatePiece[] }
  | { readonly ok: false; readonly reason: string; readonly line: number };

/**
 * Takes a Jinja template apart (Jinja documentation, "Whitespace Control", "Escaping"), as
 * cloud-init sets the engine up: `trim_blocks`, so that a line end right behind a block or a comment
 * goes, and nothing else. `{% raw %}` is text; `{% do x %}` becomes an assignment to nothing.
 */
export function splitTemplate(template: string): SplitTemplate {
  const scan: Scan = { template, at: 0, lineAt: 0, line: 1, pieces: [], after: "nothing" };
  for (;;) {
    const open = findOpening(template, scan.at);
    addText(scan, template.slice(scan.at, open ?? template.length), template[(open ?? 0) + 2]);
    if (open === undefined) {
      return { ok: true, pieces: scan.pieces };
    }
    scan.at = open;
    const line = lineOf(scan, open);
    const reason = template[open + 1] === "#" ? skipComment(scan) : addTag(scan, line);
    if (reason !== undefined) {
      return { ok: false, reason, line };
    }
  }
}

interface Scan {
  readonly template: string;
  at: number;
  /** `line` is that of `lineAt`. */
  lineAt: number;
  line: number;
  readonly pieces: TemplatePiece[];
  /** What the tag before leaves of the text that follows. */
  after: "nothing" | "no-line-end" | "no-white-space";
}

function findOpening(template: string, from: number): number | undefined {
  for (let at = template.indexOf("{", from); at !== -1; at = template.indexOf("{", at + 1)) {
    const next = template[at + 1];
    if (next === "{" || next === "%" || next === "#") {
      return at;
    }
  }
  return undefined;
}

function lineOf(scan: Scan, offset: number): number {
  for (
    let at = scan.template.indexOf("\n", scan.lineAt);
    at !== -1 && at < offset;
    at = scan.template.indexOf("\n", at + 1)
  ) {
    scan.line += 1;
  }
  scan.lineAt = offset;
  return scan.line;
}

/** `mark` is what follows the opening of the next tag: "-" takes the white space before it away. */
function addText(scan: Scan, written: string, mark: string | undefined): void {
  let text = written;
  if (scan.after === "no-line-end") {
    text = text.startsWith("\n") ? text.slice(1) : text;
  } else if (scan.after === "no-white-space") {
    text = text.trimStart();
  }
  if (mark === "-" && scan.at + written.length < scan.template.length) {
    text = text.trimEnd();
  }
  if (text !== "") {
    scan.pieces.push({ kind: "text", text, line: scan.line });
  }
}

function skipComment(scan: Scan): string | undefined {
  const end = scan.template.indexOf("#}", scan.at + 2);
  if (end === -1) {
    return 'a comment that begins with "{#" is not closed with "#}"';
  }
  scan.after = scan.template[end - 1] === "-" ? "no-white-space" : "no-line-end";
  scan.at = end + 2;
  return undefined;
}

function addTag(scan: Scan, line: number): string | undefined {
  const { template } = scan;
  const isBlock = template[scan.at + 1] === "%";
  const end = findTagEnd(template, scan.at + 2, isBlock ? "%}" : "}}");
  if (end === undefined) {
    return isBlock ? '"{%" is not closed with "%}"' : '"{{" is not closed with "}}"';
  }
  let inside = template.slice(scan.at + 2, end).replace(/^[-+]/u, "");
  const endMark = /[-+]$/u.exec(inside)?.[0];
  inside = endMark === undefined ? inside : inside.slice(0, -1);
  scan.after =
    endMark === "-" ? "no-white-space" : isBlock && endMark !== "+" ? "no-line-end" : "nothing";
  scan.at = end + 2;
  if (isBlock && inside.trim() === "raw") {
    // Behind this one block a line end stays.
    scan.after = endMark === "-" ? "no-white-space" : "nothing";
    return addRaw(scan);
  }
  if (!isBlock) {
    scan.pieces.push({ kind: "expression", inside, line });
    return undefined;
  }
  const done = /^\s*do\s/u.exec(inside);
  const statement = done === null ? inside : `set _ = ${inside.slice(done[0].length)}`;
  scan.pieces.push({ kind: "statement", inside: statement, line });
  return undefined;
}

function addRaw(scan: Scan): string | undefined {
  const ending = /\{%[-+]?\s*endraw\s*([-+]?)%\}/gu;
  ending.lastIndex = scan.at;
  const match = ending.exec(scan.template);
  if (match === null) {
    return '"{% raw %}" is not closed with "{% endraw %}"';
  }
  addText(scan, scan.template.slice(scan.at, match.index), match[0][2]);
  scan.after = match[1] === "-" ? "no-white-space" : match[1] === "+" ? "nothing" : "no-line-end";
  scan.at = match.index + match[0].length;
  return undefined;
}

/** Where `close` stands outside of quotes and of the braces of a mapping. */
function findTagEnd(template: string, from: number, close: string): number | undefined {
  let depth = 0;
  for (let at = from; at < template.length; at += 1) {
    const character = template[at];
    if (character === '"' || character === "'") {
      const end = findQuoteEnd(template, at, character);
      if (end === undefined) {
        return undefined;
      }
      at = end;
    } else if (depth === 0 && template.startsWith(close, at)) {
      return at;
    } else if (character === "{") {
      depth += 1;
    } else if (character === "}" && depth > 0) {
      depth -= 1;
    }
  }
  return undefined;
}

function findQuoteEnd(template: string, from: number, quote: string): number | undefined {
  for (let at = from + 1; at < template.length; at += 1) {
    if (template[at] === "\\") {
      at += 1;
    } else if (template[at] === quote) {
      return at;
    }
  }
  return undefined;
}
