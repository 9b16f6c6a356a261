import { compareNatural } from "../../text/natural-order.ts";
import type { Coloring } from "../../text/coloring.ts";
import { printable } from "../../text/printable.ts";
import type { PlanNetworkSummary } from "./plan-network.ts";

const ABSENT = "-";
const INDENT = "  ";

/** The network before and after, row by row; what changes is marked. Nothing where nothing is known. */
export function renderNetwork(
  { before, after }: PlanNetworkSummary,
  paint: Coloring,
): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(compareRows);
  if (names.length === 0) {
    return [];
  }
  const rows = names.map((name) => ({
    name,
    before: printable(before[name] ?? ABSENT),
    after: printable(after[name] ?? ABSENT),
  }));
  const header = { name: "network", before: "before", after: "after" };
  const width = (key: "name" | "before"): number =>
    Math.max(...[header, ...rows].map((row) => row[key].length));
  const [nameWidth, beforeWidth] = [width("name"), width("before")];
  const format = (row: typeof header): string =>
    `${INDENT}${row.name.padEnd(nameWidth)}  ${row.before.padEnd(beforeWidth)}  ${row.after}`;
  return [
    paint.dim(format(header)),
    ...rows.map((row) => (row.before === row.after ? paint.dim(format(row)) : format(row))),
  ];
}

/** Interfaces, routes, then DNS. */
function compareRows(a: string, b: string): number {
  const rank = (name: string): number => (/^en\d/u.test(name) ? 0 : /route/u.test(name) ? 1 : 2);
  return rank(a) - rank(b) || compareNatural(a, b);
}
