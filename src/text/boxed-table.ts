/** More rows than this help nobody on a console. */
const ROW_COUNT_MAX = 200;

/**
 * A boxed table as cloud-init's table printer draws it, its title above (compat core.md §3.2): lines
 * without "ci-info: ". A cell that is not known, "", is ".".
 */
export function renderTable(
  title: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const cells = [header, ...rows.slice(0, ROW_COUNT_MAX)].map((row) =>
    row.map((cell) => (cell === "" ? "." : cell)),
  );
  const widths = header.map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const rule = `+${widths.map((width) => "-".repeat(width + 2)).join("+")}+`;
  const [head = "", ...body] = cells.map(
    (row) =>
      `|${row.map((cell, column) => ` ${centreCell(cell, widths[column] ?? 0)} `).join("|")}|`,
  );
  return [centreTitle(title, rule.length), rule, head, rule, ...body, rule];
}

/** As cloud-init's table printer: where the blanks are odd, text of even length has one more before it. */
function centreCell(text: string, width: number): string {
  const missing = Math.max(0, width - text.length);
  const left = text.length % 2 === 0 ? Math.ceil(missing / 2) : Math.floor(missing / 2);
  return " ".repeat(left) + text + " ".repeat(missing - left);
}

function centreTitle(text: string, width: number): string {
  const missing = Math.max(0, width - text.length);
  const left = Math.floor(missing / 2);
  return "+".repeat(left) + text + "+".repeat(missing - left);
}
