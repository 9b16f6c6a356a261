/** One row: its cells by column; `undefined` prints as nothing, and as null in JSON. */
export type TableRow = Readonly<Record<string, TableCell>>;
export type TableCell = string | number | boolean | undefined | readonly (string | undefined)[];

/** How libsmartcols prints a table: lsblk(8), findmnt(8), wipefs(8), swapon(8). */
export interface TableStyle {
  readonly format: "columns" | "raw" | "pairs" | "json";
  readonly hasHeadings: boolean;
  /** Of the list in JSON: "blockdevices". */
  readonly listName: string;
  /** Headings of columns whose cells stand at the right. */
  readonly right: readonly string[];
}

/** Nested rows stand in "children" of JSON; elsewhere after their parent, marked as a tree. */
export interface TreeRow {
  readonly row: TableRow;
  readonly children: readonly TreeRow[];
}

/** Prints rows with these columns. Columns' names are upper case; in JSON lower case. */
export function renderTable(
  rows: readonly TreeRow[],
  columns: readonly string[],
  style: TableStyle,
): string {
  if (style.format === "json") {
    return `${JSON.stringify({ [style.listName]: rows.map((row) => toJson(row, columns)) }, undefined, 3)}\n`;
  }
  const isTree = style.format === "columns";
  const lines = rows.flatMap((row) => flatten(row, columns, isTree, ""));
  if (style.format === "pairs") {
    return lines
      .map((cells) => `${cells.map((cell, at) => `${columns[at] ?? ""}="${cell}"`).join(" ")}\n`)
      .join("");
  }
  const all = style.hasHeadings ? [[...columns], ...lines] : lines;
  if (style.format === "raw") {
    return all
      .map((cells) => `${cells.map((cell) => cell.replaceAll(" ", "\\x20")).join(" ")}\n`)
      .join("");
  }
  // Headings count for the width even where they are not shown.
  const widths = columns.map((column, at) =>
    Math.max(column.length, ...all.map((cells) => (cells[at] ?? "").length)),
  );
  return all.map((cells) => `${pad(cells, widths, columns, style.right)}\n`).join("");
}

/** The last column is not filled up. */
function pad(
  cells: readonly string[],
  widths: readonly number[],
  columns: readonly string[],
  right: readonly string[],
): string {
  return cells
    .map((cell, at) => {
      const width = widths[at] ?? 0;
      if (right.includes(columns[at] ?? "")) {
        return cell.padStart(width);
      }
      return at === cells.length - 1 ? cell : cell.padEnd(width);
    })
    .join(" ");
}

function flatten(
  { row, children }: TreeRow,
  columns: readonly string[],
  isTree: boolean,
  prefix: string,
): string[][] {
  const cells = columns.map((column) => toText(row[column]));
  if (isTree && prefix !== "") {
    cells[0] = `${prefix}${cells[0] ?? ""}`;
  }
  return [
    cells,
    ...children.flatMap((child, at) =>
      flatten(child, columns, isTree, at === children.length - 1 ? "`-" : "|-"),
    ),
  ];
}

function toText(cell: TableCell): string {
  if (Array.isArray(cell)) {
    return cell.map((part) => part ?? "").join("\n");
  }
  return typeof cell === "boolean" ? String(Number(cell)) : String(cell ?? "");
}

function toJson({ row, children }: TreeRow, columns: readonly string[]): unknown {
  const fields = columns.map((column) => {
    const cell = row[column];
    const value = Array.isArray(cell) ? cell.map((part) => part ?? null) : (cell ?? null);
    return [column.toLowerCase(), value] as const;
  });
  return {
    ...Object.fromEntries(fields),
    ...(children.length === 0 ? {} : { children: children.map((child) => toJson(child, columns)) }),
  };
}
