import type { Coloring } from "../../text/coloring.ts";
import { formatCommandLine } from "../../text/command-line.ts";
import { formatSize } from "../../text/format-size.ts";
import { printable } from "../../text/printable.ts";
import type { FileStep, PathStep, PlanStep, ScriptStep, UserStep } from "./plan-step.ts";
import { countText, LABEL_WIDTH, wrapWords } from "./text-layout.ts";

/** The steps of one module, a line each and its details below; files stand in columns. */
export function renderSteps(steps: readonly PlanStep[], paint: Coloring): readonly string[] {
  const columns = findColumns(steps);
  return steps.flatMap((step) => renderStep(step, columns, paint));
}

interface Columns {
  readonly path: number;
  readonly owner: number;
  readonly size: number;
}

const PATH_WIDTH_MAX = 56;
const HANG = " ".repeat(4 + LABEL_WIDTH);
/** More lines of a script are counted only. */
const SCRIPT_LINES_MAX = 12;
const SCRIPT_LINE_LENGTH_MAX = 160;

function findColumns(steps: readonly PlanStep[]): Columns {
  const placed = steps.filter(isPlaced);
  const widest = (lengths: readonly number[]): number => Math.max(0, ...lengths);
  const paths = placed.map(({ path }) => path.length);
  const files = placed.filter((step) => step.kind === "file");
  return {
    path: widest(paths.filter((length) => length <= PATH_WIDTH_MAX)),
    owner: widest(placed.map(({ owner = "" }) => owner.length)),
    size: widest(files.map(({ sizeBytes }) => formatSize(sizeBytes).length)),
  };
}

function isPlaced(step: PlanStep): step is FileStep | PathStep {
  return step.kind === "file" || step.kind === "directory";
}

function renderStep(step: PlanStep, columns: Columns, paint: Coloring): readonly string[] {
  switch (step.kind) {
    case "command": {
      const input = step.hasStdin ? paint.dim("  (its input is not shown)") : "";
      const unknown = step.isUnknown === true ? paint.yellow("  what it does is not known") : "";
      const line = printable(formatCommandLine(step.argv));
      return [start("run", paint, `${line}${input}${unknown}${ending(step.failure, paint)}`)];
    }
    case "script":
      return renderScript(step, paint);
    case "file":
      return renderFile(step, columns, paint);
    case "directory":
    case "attributes":
    case "remove":
    case "symlink":
      return [renderPath(step, columns, paint)];
    case "user":
      return [renderUser(step, paint)];
    case "stored-script": {
      const note = `, ${formatSize(step.sizeBytes)}, for modules-final`;
      return [start("store", paint, `${printable(step.name)}${paint.dim(note)}`)];
    }
    case "request":
      return [start("send", paint, `${step.method} ${printable(step.url)}`)];
  }
}

function start(verb: string, paint: Coloring, text: string): string {
  return `    ${paint.cyan(verb)}${" ".repeat(Math.max(1, LABEL_WIDTH - verb.length))}${text}`;
}

/** Why is told with the error that the module makes of it. */
function ending(failure: string | undefined, paint: Coloring): string {
  return failure === undefined ? "" : paint.red(`  ${failure.split(":", 1)[0] ?? "fails"}`);
}

function renderScript(step: ScriptStep, paint: Coloring): readonly string[] {
  const { name, interpreter, lines, failure, note, output = [] } = step;
  const by = interpreter === undefined ? "" : ` by ${printable(interpreter)}`;
  const count = lines.length === 0 ? "" : `, ${countText(lines.length, "line")}`;
  const head = `${printable(name)}${paint.dim(`${by}${count}${at(step)}`)}`;
  // Of a module, what it says it would do is worth more than its text.
  const isOutput = output.length > 0;
  const all = isOutput ? output : lines;
  const bar = isOutput ? ">" : "|";
  const shown = all.slice(0, SCRIPT_LINES_MAX).map((line) => {
    const text = printable(line);
    return text.length > SCRIPT_LINE_LENGTH_MAX
      ? `${text.slice(0, SCRIPT_LINE_LENGTH_MAX)}…`
      : text;
  });
  const left = all.length - shown.length;
  return [
    start("script", paint, head),
    ...(failure === undefined
      ? []
      : wrapWords(`fails: ${printable(failure)}`.split(" "), " ").map(
          (line) => `${HANG}${paint.red(line)}`,
        )),
    ...(note === undefined ? [] : [`${HANG}${paint.dim(printable(note))}`]),
    ...shown.map((line) => `${HANG}${paint.dim(bar)} ${line}`),
    ...(left > 0 ? [`${HANG}${paint.dim(`${bar} … ${countText(left, "more line")}`)}`] : []),
  ];
}

function renderFile(step: FileStep, columns: Columns, paint: Coloring): readonly string[] {
  const { path, mode, owner, sizeBytes, diff = [], failure } = step;
  const failed = failure === undefined ? "" : paint.red("  fails");
  const columnsText = [
    printable(path).padEnd(columns.path),
    octal(mode),
    printable(owner).padEnd(columns.owner),
    formatSize(sizeBytes).padStart(columns.size),
  ].join("  ");
  return [
    start(step.action, paint, `${columnsText}${paint.dim(at(step))}${failed}`),
    ...diff.map((line) => `${HANG}${paintDiff(line, paint)}`.trimEnd()),
  ];
}

function paintDiff(line: string, paint: Coloring): string {
  const text = printable(line);
  switch (line[0]) {
    case "+":
      return paint.green(text);
    case "-":
      return paint.red(text);
    case "@":
      return paint.cyan(text);
    case "[":
    case "\\":
      return paint.dim(text);
    default:
      return text;
  }
}

function renderPath(step: PathStep, columns: Columns, paint: Coloring): string {
  const path = printable(step.path);
  const mode = step.mode === undefined ? "" : `  ${octal(step.mode)}`;
  const owner = step.owner === undefined ? "" : `  ${printable(step.owner)}`;
  switch (step.kind) {
    case "directory":
      return start("mkdir", paint, `${path.padEnd(columns.path)}${mode}${owner}`);
    case "attributes":
      return start("set", paint, `${path.padEnd(columns.path)}${mode}${owner}`);
    case "remove":
      return start("remove", paint, path);
    case "symlink":
      return start("link", paint, `${path} -> ${printable(step.target ?? "")}`);
  }
}

function renderUser(step: UserStep, paint: Coloring): string {
  const more = step.state === "new" ? "" : " more";
  const keys = step.keysAdded === 0 ? [] : [`${countText(step.keysAdded, "SSH key")}${more}`];
  const details = {
    new: [
      "new",
      `groups ${step.groups.join(",")}`,
      `shell ${step.shell === "" ? "none" : step.shell}`,
      `home ${step.home}`,
    ],
    there: ["exists"],
    missing: ["is not made"],
  }[step.state];
  const text = [...details, ...keys].join(", ");
  return start("user", paint, `${printable(step.name)}: ${printable(text)}${paint.dim(at(step))}`);
}

function at(step: { readonly place?: { readonly source: string; readonly line: number } }): string {
  return step.place === undefined ? "" : `  ${step.place.source}:${step.place.line}`;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
