import { createColoring } from "../../text/coloring.ts";
import { VERSION } from "../../version.ts";
import type { Diagnosis } from "./diagnosis.ts";

/** 0: all is well. 1: warnings. 2: errors. */
export type DoctorExitCode = 0 | 1 | 2;

/** How bad it is all in all. */
export function exitCodeOf({ findings }: Diagnosis): DoctorExitCode {
  if (findings.some(({ severity }) => severity === "error")) {
    return 2;
  }
  return findings.length > 0 ? 1 : 0;
}

/** What `doctor --format json` prints. `schema` is raised where a member changes its meaning; new members may come at any time. */
export interface DoctorJson {
  readonly schema: 1;
  readonly version: string;
  readonly result: "ok" | "warnings" | "errors";
  readonly exit_code: DoctorExitCode;
  readonly findings: readonly {
    readonly check: string;
    readonly severity: "warning" | "error";
    readonly what: string;
    readonly why: string;
    readonly fix: string;
  }[];
  readonly checks: readonly {
    readonly name: string;
    readonly title: string;
    readonly outcome: "ok" | "warning" | "error" | "left-out";
  }[];
  /** What was not checked: of a check as a whole, or of a part of it. */
  readonly left_out: readonly { readonly check: string; readonly why: string }[];
  /** What was seen on the way: "instance", "RSCT level", "free in /var". */
  readonly facts: Readonly<Record<string, string>>;
}

/** The diagnosis for programs. */
export function doctorJson(diagnosis: Diagnosis): DoctorJson {
  const exitCode = exitCodeOf(diagnosis);
  return {
    schema: 1,
    version: VERSION,
    result: RESULTS[exitCode],
    exit_code: exitCode,
    findings: diagnosis.findings.map(({ check, severity, what, why, fix }) => ({
      check,
      severity,
      what,
      why,
      fix,
    })),
    checks: diagnosis.checks,
    left_out: diagnosis.leftOut,
    facts: Object.fromEntries(diagnosis.facts.map(({ name, value }) => [name, value])),
  };
}

const RESULTS = { 0: "ok", 1: "warnings", 2: "errors" } as const;

/** The diagnosis for people: errors first, each with the command that mends it. */
export function renderDoctor(diagnosis: Diagnosis, isColored: boolean): string {
  const colors = createColoring(isColored);
  const { findings, leftOut, checks } = diagnosis;
  const lines: string[] = [];
  for (const severity of ["error", "warning"] as const) {
    for (const { check, what, why, fix, ...found } of findings) {
      if (found.severity === severity) {
        const title = severity === "error" ? colors.red("error") : colors.yellow("warning");
        lines.push(
          `${title} ${check}: ${oneLine(what)}`,
          `  why: ${oneLine(why)}`,
          `  fix: ${fix}`,
          "",
        );
      }
    }
  }
  for (const { check, why } of leftOut) {
    lines.push(`not checked ${check}: ${oneLine(why)}`);
  }
  if (leftOut.length > 0) {
    lines.push("");
  }
  const made = checks.filter(({ outcome }) => outcome !== "left-out").length;
  lines.push(summaryOf(diagnosis, made));
  return `${lines.join("\n")}\n`;
}

function summaryOf({ findings }: Diagnosis, made: number): string {
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const warnings = findings.length - errors;
  const what = [countOf(errors, "error"), countOf(warnings, "warning")].filter(
    (text) => text !== "",
  );
  return what.length === 0
    ? `${made} checks, nothing found: ready for the next boot`
    : `${made} checks: ${what.join(", ")}`;
}

function countOf(count: number, word: string): string {
  return count === 0 ? "" : `${count} ${word}${count === 1 ? "" : "s"}`;
}

/** Messages of commands have several lines. */
function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/gu, " ");
}
