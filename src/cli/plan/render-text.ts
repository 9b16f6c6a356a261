import type { Coloring } from "../../text/coloring.ts";
import { formatSize } from "../../text/format-size.ts";
import { printable } from "../../text/printable.ts";
import type {
  PlanDataSummary,
  PlanFailure,
  PlanMessage,
  PlanModule,
  PlanReport,
  PlanStage,
} from "./plan-report.ts";
import { renderNetwork } from "./render-network.ts";
import { renderSteps } from "./render-steps.ts";
import { countText, LABEL_WIDTH, labelled, wrapWords } from "./text-layout.ts";

/** The plan for a person: what is assumed, then stage by stage what would happen, then the sum. */
export function renderText(report: PlanReport, paint: Coloring): string {
  const lines = [
    ...renderHeader(report, paint),
    ...(report.network === undefined ? [] : ["", ...renderNetwork(report.network, paint)]),
    ...report.stages.flatMap((stage) => ["", ...renderStage(stage, paint)]),
    "",
    ...renderSummary(report, paint),
  ];
  return `${lines.join("\n")}\n`;
}

function renderHeader(report: PlanReport, paint: Coloring): readonly string[] {
  const { source, config, machine, instance } = report;
  const row = (name: string, text: string): string => labelled(paint.dim(name), name, text);
  const place = source.path === undefined ? "" : `${printable(source.path)}, `;
  const lines = [
    paint.bold("What the first boot would do"),
    "",
    row("source", `${place}${printable(source.description)}`),
  ];
  if (source.userDataPath !== undefined) {
    lines.push(row("", `user-data from ${printable(source.userDataPath)}`));
  }
  const cfg =
    config.path === undefined ? "cloud.cfg as it comes with this program" : printable(config.path);
  lines.push(row("config", cfg));
  if (config.unusedPath !== undefined) {
    lines.push(
      row("", paint.dim(`(${config.unusedPath} of this machine is not read: see --config)`)),
    );
  }
  const adapters = machine.adapters.map(({ name, macAddress }) => `${name} ${macAddress}`);
  lines.push(row("machine", `simulated ${machine.system}, base system only`));
  lines.push(...wrapWords(adapters, ", ").map((text) => row("", text)));
  if (instance === undefined) {
    lines.push(row("instance", paint.red("none: no datasource answers")));
    return lines;
  }
  lines.push(row("instance", instance.id));
  lines.push(row("datasource", printable(instance.datasource)));
  lines.push(row("host name", printable(instance.hostName)));
  lines.push(row("network", instance.networkSource ?? "as it is: the drive has none"));
  lines.push(row("user-data", describeData(instance.userData)));
  if (instance.vendorData.length > 0) {
    lines.push(row("vendor-data", describeData(instance.vendorData)));
  }
  return lines;
}

const TYPES: Readonly<Record<string, string>> = {
  "text/cloud-config": "#cloud-config",
  "text/x-shellscript": "script",
};

function describeData(parts: readonly PlanDataSummary[]): string {
  if (parts.length === 0) {
    return "none";
  }
  const kinds = new Map<string, number>();
  for (const { contentType } of parts) {
    const kind = TYPES[contentType] ?? contentType;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  const list = [...kinds].map(([kind, count]) => (count === 1 ? kind : `${count} × ${kind}`));
  const bytes = parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const lineCount = parts.reduce((sum, part) => sum + part.lineCount, 0);
  const size = `${formatSize(bytes)}, ${countText(lineCount, "line")}`;
  return `${printable(list.join(", "))}, ${size}`;
}

const PURPOSES: Readonly<Record<PlanStage["name"], string>> = {
  "init-local": "finds the instance, sets up its network",
  init: "takes in user-data, runs the init modules",
  "modules-config": "runs the config modules",
  "modules-final": "runs the final modules and the user's scripts",
};

function renderStage(stage: PlanStage, paint: Coloring): readonly string[] {
  const sections = [
    [...renderSteps(stage.steps, paint), ...renderMessages(stage, paint)],
    ...stage.modules.filter(isTold).map((module) => renderModule(module, paint)),
    renderQuietModules(stage.modules, paint),
  ].filter((lines) => lines.length > 0);
  const body = sections.length === 0 ? [[paint.dim("  nothing")]] : sections;
  return [
    `${paint.bold(stage.name)}  ${paint.dim(PURPOSES[stage.name])}`,
    ...body.flatMap((lines) => [[""], lines]).flat(),
  ];
}

function isTold({ steps, errors, warnings, unknown }: PlanModule): boolean {
  return steps.length + errors.length + warnings.length + unknown.length > 0;
}

const FREQUENCIES = {
  "once-per-instance": "once per instance",
  always: "every boot",
  once: "once ever",
} as const;

function renderModule(module: PlanModule, paint: Coloring): readonly string[] {
  const often = module.frequency === undefined ? "" : `  ${FREQUENCIES[module.frequency]}`;
  return [
    `  ${paint.bold(module.name)}${paint.dim(often)}`,
    ...renderSteps(module.steps, paint),
    ...renderMessages(module, paint),
  ];
}

const INDENT = "    ";
const HANG = " ".repeat(INDENT.length + LABEL_WIDTH);

/** What would fail, what the plan cannot know, and what is worth a look. */
function renderMessages(
  from: Pick<PlanModule, "errors" | "warnings" | "unknown">,
  paint: Coloring,
): readonly string[] {
  const tell = (name: string, shown: string, text: string): readonly string[] =>
    hangLines(`${INDENT}${shown}${" ".repeat(LABEL_WIDTH - name.length)}`, HANG, text);
  return [
    ...from.errors.flatMap((error) => [
      ...tell("FAILS", paint.bold(paint.red("FAILS")), placed(error)),
      ...quoteLine(error, paint),
    ]),
    ...from.unknown.flatMap((text) =>
      tell("unknown", paint.yellow("unknown"), `the plan cannot know how this ends: ${text}`),
    ),
    ...from.warnings.flatMap((text) => tell("warning", paint.yellow("warning"), text)),
  ];
}

function hangLines(start: string, hang: string, text: string): readonly string[] {
  const lines = wrapWords(printable(text).split(" "), " ", hang.length - LABEL_WIDTH);
  return lines.map((line, index) => `${index === 0 ? start : hang}${line}`);
}

function placed({ place, message }: PlanMessage): string {
  return place === undefined ? message : `${place.source}:${place.line}: ${message}`;
}

function quoteLine({ place, text }: PlanMessage, paint: Coloring): readonly string[] {
  return place === undefined || text === undefined
    ? []
    : [`${HANG}${paint.dim(`${place.line} |`)} ${printable(text)}`];
}

const QUIET: readonly { readonly label: string; readonly is: (module: PlanModule) => boolean }[] = [
  { label: "no change", is: ({ status }) => status === "runs" || status === "fails" },
  { label: "ran before", is: ({ status }) => status === "already-ran" },
  { label: "not in config", is: ({ status }) => status === "no-config" },
  { label: "no effect", is: ({ status }) => status === "no-effect" || status === "other-system" },
];
const QUIET_WIDTH = 15;

function renderQuietModules(modules: readonly PlanModule[], paint: Coloring): readonly string[] {
  const quiet = modules.filter((module) => !isTold(module));
  return QUIET.flatMap(({ label, is }) => {
    const names = quiet.filter(is).map(({ name }) => name);
    return wrapWords(names, ", ", QUIET_WIDTH).map((line, index) =>
      paint.dim(`  ${(index === 0 ? label : "").padEnd(QUIET_WIDTH)}${line}`),
    );
  });
}

function renderSummary(report: PlanReport, paint: Coloring): readonly string[] {
  const steps = report.stages.flatMap((stage) => [
    ...stage.steps,
    ...stage.modules.flatMap((module) => module.steps),
  ]);
  const count = (kind: string): number => steps.filter((step) => step.kind === kind).length;
  const paths = new Set(steps.flatMap((step) => (step.kind === "file" ? [step.path] : [])));
  const warnings = report.stages.reduce(
    (sum, stage) =>
      stage.modules.reduce((all, module) => all + module.warnings.length, sum) +
      stage.warnings.length,
    0,
  );
  const counts = [
    countText(count("command"), "command"),
    countText(paths.size, "file"),
    countText(count("user"), "user"),
    countText(count("script"), "script"),
    ...(warnings === 0 ? [] : [paint.yellow(countText(warnings, "warning"))]),
  ];
  const lines = [`${paint.bold("In all")}  ${counts.join(", ")}`];
  if (report.unknown.length > 0) {
    lines.push("", paint.yellow("The plan cannot know what these commands do:"));
    lines.push(...report.unknown.map((line) => `  ${printable(line)}`));
  }
  if (report.failures.length === 0) {
    return [...lines, paint.green("Nothing would fail.")];
  }
  const title = `${countText(report.failures.length, "failure")}:`;
  return [...lines, "", paint.bold(paint.red(title)), ...renderFailures(report.failures, paint)];
}

function renderFailures(failures: readonly PlanFailure[], paint: Coloring): readonly string[] {
  const places = failures.map(({ stage = "source", module }) =>
    module === undefined ? stage : `${stage} ${module}`,
  );
  const width = Math.max(...places.map((place) => place.length));
  return failures.flatMap((failure, index) => {
    const start = `  ${paint.dim((places[index] ?? "").padEnd(width))}  `;
    return hangLines(start, " ".repeat(width + 4), placed(failure));
  });
}
