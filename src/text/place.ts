/** Line and column, both 1-based, of an offset in a text whose lines end with "\n". */
export function placeOf(
  text: string,
  offset: number,
): { readonly line: number; readonly column: number } {
  const end = Math.min(offset, text.length);
  let line = 1;
  let lineStart = 0;
  for (;;) {
    const newline = text.indexOf("\n", lineStart);
    if (newline === -1 || newline >= end) {
      return { line, column: end - lineStart + 1 };
    }
    line += 1;
    lineStart = newline + 1;
  }
}
