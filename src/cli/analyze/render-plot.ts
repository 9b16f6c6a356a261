import type { CommandSpan } from "./boot-event.ts";
import type { BootRecord, Span, StageRecord } from "./boot-records.ts";

const WIDTH = 1280;
const LABEL_WIDTH = 300;
const CHART_WIDTH = WIDTH - LABEL_WIDTH - 120;
const ROW = 20;
const THIN_ROW = 14;
const TOP = 84;
const STAGE_GAP = 14;
/** A chart of thousands of rows is no chart: the longest are shown, and how many are not. */
const COMMANDS_MAX = 150;
const TEXT_MAX = 90;

const COLOURS: Readonly<Record<string, string>> = {
  SUCCESS: "#3a8f6f",
  WARN: "#d9962b",
  FAIL: "#c8453b",
};
const UNENDED = "#8a8f98";
const COMMAND_COLOUR = "#7aa5d8";
const STAGE_COLOUR = "#2f3e55";

const STYLE = [
  "text{font-family:Helvetica,Arial,sans-serif;fill:#1f2733}",
  ".title{font-size:20px;font-weight:bold}",
  ".sub{font-size:12px;fill:#5a6473}",
  ".stage{font-size:13px;font-weight:bold}",
  ".part{font-size:12px}",
  ".cmd{font-size:10px;fill:#41556f;font-family:Menlo,Consolas,monospace}",
  ".tick{font-size:10px;fill:#5a6473}",
].join("");

interface Row {
  readonly kind: "stage" | "part" | "command";
  readonly label: string;
  readonly start: number;
  /** The end of the chart where it has none. */
  readonly end: number;
  readonly hasEnded: boolean;
  readonly colour: string;
  readonly depth: number;
  /** Shown when one points at the bar. */
  readonly title: string;
}

/** A picture of one boot: stages, their parts and commands over time, as a standalone SVG. */
export function renderPlot(boot: BootRecord, commands: readonly CommandSpan[]): string {
  const chartEnd = endOf(boot, commands);
  const spanSeconds = Math.max(chartEnd - boot.start, 0.001);
  const own = commands.filter(({ start }) => start >= boot.start && start <= chartEnd);
  const shown = longest(own, COMMANDS_MAX);
  const groups = boot.stages.map((record) => stageRows(record, shown, chartEnd));
  const height =
    TOP +
    groups.reduce(
      (sum, rows) => sum + STAGE_GAP + rows.reduce((h, row) => h + heightOf(row), 0),
      0,
    ) +
    40;
  const xOf = (time: number): number =>
    LABEL_WIDTH + ((time - boot.start) / spanSeconds) * CHART_WIDTH;
  const parts: string[] = [axis(boot.start, spanSeconds, height, xOf)];
  let y = TOP;
  for (const rows of groups) {
    y += STAGE_GAP;
    for (const row of rows) {
      parts.push(drawRow(row, y, xOf));
      y += heightOf(row);
    }
  }
  const left = own.length - shown.size;
  const subtitle = `${formatTime(boot.start)} UTC, ${formatSeconds(chartEnd - boot.start)} in all, ${own.length} commands${left > 0 ? ` (the ${left} shortest are not shown)` : ""}`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">`,
    `<style>${STYLE}</style>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text class="title" x="20" y="32">cloud-init: what a boot spent its time on</text>`,
    `<text class="sub" x="20" y="52">${escapeXml(subtitle)}</text>`,
    ...parts,
    legend(height - 16),
    "</svg>",
    "",
  ].join("\n");
}

function endOf(boot: BootRecord, commands: readonly CommandSpan[]): number {
  const isOpen = boot.stages.some(({ stage }) => stage.end === undefined);
  const times = boot.stages.flatMap(({ stage, parts }) => [
    stage.start,
    stage.end ?? stage.start,
    ...parts.flatMap((part) => [part.start, part.end ?? part.start]),
  ]);
  // What was cut off is as long as the log tells of it.
  const own = isOpen ? commands.map(({ start, end }) => end ?? start) : [];
  return [...times, ...own].reduce((latest, time) => Math.max(latest, time), boot.start);
}

function longest(commands: readonly CommandSpan[], count: number): ReadonlySet<CommandSpan> {
  const length = ({ start, end }: CommandSpan): number =>
    end === undefined ? Number.POSITIVE_INFINITY : end - start;
  return new Set([...commands].sort((a, b) => length(b) - length(a)).slice(0, count));
}

/** The stage, then each part with its commands under it; commands of no part stand where their time is. */
function stageRows(
  { stage, parts }: StageRecord,
  commands: ReadonlySet<CommandSpan>,
  chartEnd: number,
): readonly Row[] {
  const rowsOf = (name: string): readonly Row[] =>
    [...commands]
      .filter(({ within }) => within === name)
      .sort((a, b) => a.start - b.start)
      .map((command) => commandRow(command, chartEnd));
  const items = [
    ...rowsOf(stage.name).map((row) => [row]),
    ...parts.map((part) => [spanRow(part, chartEnd), ...rowsOf(part.name)]),
  ];
  items.sort(([a], [b]) => (a?.start ?? 0) - (b?.start ?? 0));
  return [spanRow(stage, chartEnd), ...items.flat()];
}

function spanRow(span: Span, chartEnd: number): Row {
  const isStage = span.depth === 0;
  const hasEnded = span.end !== undefined;
  const result = hasEnded ? (span.result ?? "SUCCESS") : "has not ended";
  const colour = hasEnded ? (COLOURS[span.result ?? "SUCCESS"] ?? UNENDED) : UNENDED;
  return {
    kind: isStage ? "stage" : "part",
    label: isStage ? span.name : (span.name.split("/").at(-1) ?? span.name),
    start: span.start,
    end: span.end ?? chartEnd,
    hasEnded,
    colour: isStage && colour === COLOURS["SUCCESS"] ? STAGE_COLOUR : colour,
    depth: span.depth,
    title: `${span.name}: ${result}: ${span.description}`,
  };
}

function commandRow(command: CommandSpan, chartEnd: number): Row {
  const { end, exitCode } = command;
  const ending = end === undefined ? "has not ended" : `exit code ${exitCode ?? 0}`;
  return {
    kind: "command",
    label: command.command,
    start: command.start,
    end: end ?? chartEnd,
    hasEnded: end !== undefined,
    colour: end === undefined ? UNENDED : COMMAND_COLOUR,
    depth: 2,
    title: `${command.command}: ${ending}`,
  };
}

function heightOf(row: Row): number {
  return row.kind === "command" ? THIN_ROW : ROW;
}

function drawRow(row: Row, y: number, xOf: (time: number) => number): string {
  const x = xOf(row.start);
  const width = Math.max(xOf(row.end) - x, 1.5);
  const rowHeight = heightOf(row);
  const barHeight = rowHeight - (row.kind === "command" ? 6 : 5);
  const seconds = row.hasEnded ? formatSeconds(row.end - row.start) : "not ended";
  const className = row.kind === "command" ? "cmd" : row.kind;
  const base = y + rowHeight - 7;
  const bar = `<rect x="${round(x)}" y="${round(y + 2)}" width="${round(width)}" height="${barHeight}" rx="2" fill="${row.colour}"><title>${escapeXml(row.title)}</title></rect>`;
  // Commands are named beside their bar, on the side that has room.
  if (row.kind === "command") {
    const text = `${shorten(row.label, TEXT_MAX)} ${seconds}`;
    const isRight = x + width < LABEL_WIDTH + CHART_WIDTH * 0.55;
    const at = isRight ? x + width + 5 : x - 5;
    return `${bar}<text class="cmd" x="${round(at)}" y="${round(base + 3)}"${isRight ? "" : ' text-anchor="end"'}>${escapeXml(text)}</text>`;
  }
  const indent = 20 + row.depth * 14;
  return [
    `<text class="${className}" x="${indent}" y="${round(base)}">${escapeXml(shorten(row.label, 40))}</text>`,
    bar,
    `<text class="tick" x="${round(x + width + 5)}" y="${round(base)}">${seconds}</text>`,
  ].join("");
}

const STEPS = [0.001, 0.002, 0.005];
const TICKS_MAX = 12;

function axis(
  start: number,
  spanSeconds: number,
  height: number,
  xOf: (time: number) => number,
): string {
  let scale = 1;
  let step = STEPS[0] ?? 1;
  while (spanSeconds / step > TICKS_MAX) {
    const next = STEPS.map((base) => base * scale).find((candidate) => candidate > step * 1.001);
    if (next === undefined) {
      scale *= 10;
      continue;
    }
    step = next;
  }
  const digits = Math.max(0, Math.ceil(-Math.log10(step)));
  const parts: string[] = [];
  for (let count = 0; count * step <= spanSeconds * 1.000_001; count += 1) {
    const x = round(xOf(start + count * step));
    parts.push(
      `<line x1="${x}" y1="${TOP}" x2="${x}" y2="${height - 34}" stroke="#e3e7ee"/><text class="tick" x="${x}" y="${TOP - 8}" text-anchor="middle">${(count * step).toFixed(digits)} s</text>`,
    );
  }
  return parts.join("\n");
}

function legend(y: number): string {
  const items: readonly (readonly [string, string])[] = [
    [STAGE_COLOUR, "stage"],
    [COLOURS["SUCCESS"] ?? "", "module or part"],
    [COLOURS["WARN"] ?? "", "with warnings"],
    [COLOURS["FAIL"] ?? "", "failed"],
    [UNENDED, "has not ended"],
    [COMMAND_COLOUR, "command"],
  ];
  return items
    .map(([colour, text], index) => {
      const x = 20 + index * 140;
      return `<rect x="${x}" y="${y - 9}" width="12" height="10" rx="2" fill="${colour}"/><text class="tick" x="${x + 18}" y="${y}">${text}</text>`;
    })
    .join("");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function formatSeconds(seconds: number): string {
  return seconds < 1 ? `${Math.round(seconds * 1_000)} ms` : `${seconds.toFixed(2)} s`;
}

function formatTime(seconds: number): string {
  return new Date(Math.round(seconds * 1_000)).toISOString().slice(0, 19).replace("T", " ");
}

function shorten(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 1)}…`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** Control characters are no XML (XML 1.0 §2.2): a log may hold them. */
function escapeXml(text: string): string {
  return text
    .replace(/[&<>"]/gu, (character) => ENTITIES[character] ?? character)
    .replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, "\uFFFD");
}
