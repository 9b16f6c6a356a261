/** How a program marks the part of a file that is its own; each a whole line. */
export interface BlockMarks {
  readonly begin: string;
  readonly end: string;
}

/**
 * The text with `lines` in the marked part, which comes at the end where there is none yet; without
 * lines the part goes. Every byte outside stays as it is.
 */
export function setMarkedBlock(text: string, marks: BlockMarks, lines: readonly string[]): string {
  const block =
    lines.length === 0
      ? ""
      : [marks.begin, ...lines, marks.end].map((line) => `${line}\n`).join("");
  const begin = findLine(text, marks.begin, 0);
  const end = begin === -1 ? -1 : findLine(text, marks.end, begin);
  if (begin !== -1 && end !== -1) {
    const rest = text.slice(end + marks.end.length).replace(/^\n/u, "");
    return `${text.slice(0, begin)}${block}${rest}`;
  }
  const before = text === "" || text.endsWith("\n") || block === "" ? text : `${text}\n`;
  return `${before}${block}`;
}

/** Where a whole line stands; -1 where it does not. */
function findLine(text: string, line: string, from: number): number {
  let at = text.indexOf(line, from);
  while (at !== -1) {
    const after = text[at + line.length];
    if ((at === 0 || text[at - 1] === "\n") && (after === undefined || after === "\n")) {
      return at;
    }
    at = text.indexOf(line, at + 1);
  }
  return -1;
}
