/** One row: a value for each column name. */
export type Row = Readonly<Record<string, string>>;

/**
 * Output of `-F FORMAT` of lsdev and lsattr: names in the format become values. Columns that are
 * separated by blanks are aligned, so that an empty value leaves blanks; other separators are kept
 * as they are. Undefined where the format names a column that does not exist.
 */
export function formatRows(
  format: string,
  rows: readonly Row[],
  columns: readonly string[],
): string | undefined {
  const names = format.match(/[A-Za-z_]+/gu) ?? [];
  if (names.length === 0 || !names.every((name) => columns.includes(name))) {
    return undefined;
  }
  if (/^[A-Za-z_]+(?: +[A-Za-z_]+)*$/u.test(format)) {
    return alignRows(rows.map((row) => names.map((name) => row[name] ?? "")));
  }
  return rows
    .map((row) => `${format.replace(/[A-Za-z_]+/gu, (name) => row[name] ?? "")}\n`)
    .join("");
}

/** Cells padded to the widest of their column, the last one not, one blank between. */
export function alignRows(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, cell.length);
    }
  }
  return rows
    .map((row) => {
      const last = row.length - 1;
      const cells = row.map((cell, index) =>
        index === last ? cell : cell.padEnd(widths[index] ?? 0),
      );
      return `${cells.join(" ")}\n`;
    })
    .join("");
}
