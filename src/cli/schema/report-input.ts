import type { PlacedFinding } from "../../modules/finding.ts";
import { annotateText, describeFinding } from "./annotate.ts";
import type { CheckedInput, CheckedText } from "./check-input.ts";

/** What is said of one file, for the two streams, and whether it is right. */
export interface InputReport {
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  readonly isValid: boolean;
}

export interface ReportOptions {
  /** "user-data". */
  readonly title: string;
  /** For `Valid schema NAME`. */
  readonly shownName: string;
  readonly path: string;
  readonly isAnnotated: boolean;
}

/** Puts the result into upstream's words (compat core.md §7.4); line and column, hints and notes are ours. */
export function reportInput(checked: CheckedInput, options: ReportOptions): InputReport {
  switch (checked.kind) {
    case "empty":
      return valid([`Empty 'cloud-config' found at ${options.path}. Nothing to validate.`]);
    case "other":
      return valid([checked.message]);
    case "refused":
      return invalid(options, [`Error: ${checked.message}`], []);
    case "checked":
      return joinReports(checked.texts.map((text) => reportText(text, options)));
  }
}

function valid(stdout: readonly string[]): InputReport {
  return { stdout, stderr: [], isValid: true };
}

function invalid(
  { title, path }: ReportOptions,
  stderr: readonly string[],
  stdout: readonly string[],
): InputReport {
  return { stdout: [...stdout, `Invalid ${title} ${path}`], stderr, isValid: false };
}

function joinReports(reports: readonly InputReport[]): InputReport {
  return {
    stdout: reports.flatMap(({ stdout }) => stdout),
    stderr: reports.flatMap(({ stderr }) => stderr),
    isValid: reports.every(({ isValid }) => isValid),
  };
}

function reportText(checked: CheckedText, options: ReportOptions): InputReport {
  const { name, text, validation } = checked;
  const isPart = name !== options.path;
  const own: ReportOptions = isPart ? { ...options, path: name, shownName: name } : options;
  if (validation.kind === "empty") {
    return valid([`Empty 'cloud-config' found at ${name}. Nothing to validate.`]);
  }
  if (validation.kind === "no-mapping") {
    return invalid(own, [`Error: cloud-config ${name} is not a YAML dict.`], []);
  }
  const findings = validation.findings.map((finding) =>
    validation.kind === "no-yaml" ? syntaxFinding(finding, name) : finding,
  );
  const errors = findings.filter(({ level }) => level === "error" || level === "unknown");
  if (options.isAnnotated && findings.length > 0) {
    const annotated = annotateText(text, findings).trimEnd();
    return { stdout: [annotated], stderr: [], isValid: errors.length === 0 };
  }
  const remarks = [...describeDeprecations(findings), ...describeHints(findings, name)];
  if (errors.length === 0) {
    return valid([...remarks, `Valid schema ${own.shownName}`]);
  }
  const list = errors.map(withPlace).join(", ");
  return invalid(own, [`Error: Cloud config schema errors: ${list}`, ""], remarks);
}

/** A YAML that breaks has no keys: its path is the place. */
function syntaxFinding(finding: PlacedFinding, name: string): PlacedFinding {
  const { line = 1, column = 1, message } = finding;
  const reason = message.replace(/^Cannot read YAML: /u, "");
  return {
    ...finding,
    path: [`format-l${line}`, `c${column}`],
    message: `File ${name} is not valid YAML. ${reason}`,
  };
}

function withPlace(finding: PlacedFinding): string {
  const { line, column, path } = finding;
  const isSaid = line === undefined || String(path[0] ?? "").startsWith("format-l");
  const where = isSaid ? "" : ` (line ${line}${column === undefined ? "" : `, column ${column}`})`;
  return `${describeFinding(finding)}${where}`;
}

function describeDeprecations(findings: readonly PlacedFinding[]): readonly string[] {
  const deprecated = findings.filter(({ level }) => level === "deprecated");
  return deprecated.length === 0
    ? []
    : [`Cloud config schema deprecations: ${deprecated.map(describeFinding).join(", ")}`];
}

function describeHints(findings: readonly PlacedFinding[], name: string): readonly string[] {
  return findings.flatMap((finding) => {
    const { level, line, column } = finding;
    const word = level === "hint" ? "Hint" : level === "info" ? "Note" : undefined;
    const place = [name, line, column].filter((part) => part !== undefined).join(":");
    return word === undefined ? [] : [`${word}: ${place}: ${describeFinding(finding)}`];
  });
}
