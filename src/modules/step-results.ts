import type { System } from "../system/system.ts";
import type { ScriptStep } from "./reporting-script.ts";

/** What a script told, and what there was when it did. */
export interface StepReport {
  readonly endedCount: number;
  /** Of the last step that had ended then. */
  readonly exitCode: number;
  readonly atMs: number;
  readonly outputMark: number;
  /** The last lines of a step that failed. */
  readonly tail?: string;
}

/** How one step ended. */
export interface StepResult extends ScriptStep {
  readonly outcome: "ok" | "failed" | "skipped";
  readonly exitCode?: number;
  readonly durationMs?: number;
  readonly reason?: string;
  readonly tail?: string;
  readonly startMs: number;
  /** The script ended with this one. */
  readonly isLast: boolean;
  /** Where its output begins, or that of the steps before it whose ends were not told. */
  readonly outputMark: number;
  readonly isStartKnown: boolean;
}

export interface EndedScript {
  readonly steps: readonly ScriptStep[];
  /** In order; the first says only that the script has begun. */
  readonly reports: readonly StepReport[];
  readonly exitCode: number;
  /** By a signal or a time limit. */
  readonly wasEnded: boolean;
  readonly endMs: number;
}

/** What became of each step of a script that has ended. */
export async function resultsOf(sys: System, ended: EndedScript): Promise<readonly StepResult[]> {
  const { steps, reports } = ended;
  const toldCount = reports.at(-1)?.endedCount ?? 0;
  let lastIndex = toldCount;
  // Trivial steps that follow each other tell nothing, and end no script.
  while (
    lastIndex < steps.length - 1 &&
    steps[lastIndex]?.isTrivial === true &&
    steps[lastIndex + 1]?.isTrivial === true
  ) {
    lastIndex += 1;
  }
  const isWhole = lastIndex === steps.length - 1;
  const isBroken = !isWhole && !ended.wasEnded && (await hasSyntaxError(sys, ended, lastIndex));
  const results: StepResult[] = [];
  for (let at = 0; at < toldCount; at += 1) {
    addTold(results, ended, at);
  }
  for (let at = toldCount; at <= lastIndex; at += 1) {
    const isLast = at === lastIndex && !isBroken;
    addEnding(results, ended, at, isLast, isBroken && at === lastIndex);
  }
  if (isBroken && lastIndex < steps.length - 1) {
    addEnding(results, ended, lastIndex + 1, true, false);
  }
  const ender = results.at(-1);
  for (const step of steps.slice(results.length)) {
    results.push({
      ...step,
      outcome: "skipped",
      reason:
        ender === undefined
          ? "the script had ended"
          : `the command before it ended the script with exit code ${ended.exitCode}`,
      startMs: ended.endMs,
      isLast: false,
      outputMark: 0,
      isStartKnown: false,
    });
  }
  return results;
}

/** A step whose end was told, itself or by a later one's. */
function addTold(results: StepResult[], ended: EndedScript, at: number): void {
  const { steps, reports } = ended;
  const step = steps[at];
  const position = reports.findIndex(({ endedCount }) => endedCount > at);
  const report = reports[position];
  const before = reports[position - 1];
  if (step === undefined || report === undefined || before === undefined) {
    return;
  }
  const count = report.endedCount - before.endedCount;
  const share = (report.atMs - before.atMs) / count;
  const startMs = before.atMs + share * (at - before.endedCount);
  const exitCode = report.endedCount === at + 1 ? report.exitCode : 0;
  results.push({
    ...step,
    outcome: exitCode === 0 ? "ok" : "failed",
    exitCode,
    durationMs: Math.round(share),
    ...(exitCode === 0 ? {} : { reason: `exit code ${exitCode}` }),
    ...(exitCode === 0 || report.tail === undefined ? {} : { tail: report.tail }),
    startMs,
    isLast: false,
    outputMark: before.outputMark,
    isStartKnown: count === 1,
  });
}

/** A step after the last report: the one that the script ended with, or one before it. */
function addEnding(
  results: StepResult[],
  ended: EndedScript,
  at: number,
  isLast: boolean,
  isUnknown: boolean,
): void {
  const step = ended.steps[at];
  const before = ended.reports.at(-1);
  if (step === undefined || before === undefined) {
    return;
  }
  const exitCode = isLast ? ended.exitCode : 0;
  const isBroken = isLast && at > 0 && results.at(-1)?.reason === UNKNOWN_EXIT_CODE;
  results.push({
    ...step,
    outcome: exitCode === 0 ? "ok" : "failed",
    ...(isUnknown ? {} : { exitCode }),
    durationMs: isLast ? Math.round(ended.endMs - before.atMs) : 0,
    ...(isUnknown ? { reason: UNKNOWN_EXIT_CODE } : {}),
    ...(exitCode === 0
      ? {}
      : {
          reason: isBroken
            ? "it is not a whole command of the shell: syntax error"
            : `exit code ${exitCode}`,
        }),
    startMs: before.atMs,
    isLast,
    outputMark: before.outputMark,
    isStartKnown: before.endedCount === at,
  });
}

const UNKNOWN_EXIT_CODE = "its exit code is not known: the shell could not read the next command";

/** Asks the shell whether it can read the step after the last that began. */
async function hasSyntaxError(
  sys: System,
  ended: EndedScript,
  lastIndex: number,
): Promise<boolean> {
  const canRead = async (count: number): Promise<boolean> => {
    const texts = ended.steps.slice(0, count).map(({ text }) => text);
    const stdin = `${texts.join("\n")}\n`;
    const result = await sys.exec.query(["/bin/sh", "-n"], { stdin, okExitCodes: "any" });
    return result.exitCode === 0;
  };
  return (await canRead(lastIndex + 1)) && !(await canRead(lastIndex + 2));
}
