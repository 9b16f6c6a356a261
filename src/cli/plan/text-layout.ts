/** Room for the first word of a line, with the blanks after it. */
export const LABEL_WIDTH = 8;
const NAME_WIDTH = 13;
const LINE_WIDTH = 100;

/** "  name         text"; `shown` is the name in its colour. */
export function labelled(shown: string, name: string, text: string): string {
  return `  ${shown}${" ".repeat(Math.max(1, NAME_WIDTH - name.length))}${text}`;
}

/** Words joined by `separator` into lines that fit, beside `indent` columns and a label. */
export function wrapWords(
  words: readonly string[],
  separator: string,
  indent = NAME_WIDTH,
): readonly string[] {
  const width = LINE_WIDTH - indent - LABEL_WIDTH;
  const lines: string[] = [];
  let line: string | undefined;
  for (const [index, word] of words.entries()) {
    const last = index === words.length - 1;
    const piece = last ? word : `${word}${separator.trimEnd()}`;
    const gap = separator.endsWith(" ") ? " " : "";
    if (line === undefined) {
      line = piece;
    } else if (line.length + gap.length + piece.length > width) {
      lines.push(line);
      line = piece;
    } else {
      line = `${line}${gap}${piece}`;
    }
  }
  return line === undefined ? [] : [...lines, line];
}

/** "1 file", "3 files". */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
