import type { TimeLimit } from "../config/time-limits.ts";
import type { ReportingScript as SystemScript } from "../system/system.ts";
import type { ShellCommandText } from "../text/shell-quote.ts";
import type { ModuleContext } from "./module.ts";
import { createReportingScript, parseReport, type ReportingScript } from "./reporting-script.ts";
import { resultsOf, type StepReport, type StepResult } from "./step-results.ts";
import { runUserCommand, TAIL_LINE_COUNT, type UserCommandResult } from "./run-user-command.ts";

/** A script that was made of a list of commands. */
export interface CommandScript {
  /** Of the list: "runcmd". */
  readonly key: string;
  readonly commands: readonly ShellCommandText[];
  readonly kind: "script" | "command";
  /** As the ledger names the whole: its path, or its key. */
  readonly what: string;
  readonly argv: readonly string[];
  readonly doubt?: string | undefined;
  readonly limit?: TimeLimit | undefined;
}

/** How the whole ended, and which command it was that ended it. */
export interface CommandScriptResult extends UserCommandResult {
  /** `runcmd[3] (user-data line 27)`; undefined where that is not known, or all is well. */
  readonly culprit?: string;
}

/**
 * Runs the script of a list of commands, with a step in the ledger for each command: exit code,
 * duration, last lines of output, and where it stands. A command that fails in the middle is no
 * failure of the script, as in cloud-init. Where reports would change what the script does, it runs
 * without them, and the log says why.
 */
export async function runCommandScript(
  ctx: ModuleContext,
  script: CommandScript,
): Promise<CommandScriptResult> {
  const { key, kind, what, argv, doubt, limit, commands } = script;
  const made = createReportingScript(commands, key);
  const command = { kind, what, argv, doubt, limit, place: ctx.locate([key]) };
  if (!made.ok) {
    ctx.log.info(`Running ${what} without a result for each command: ${made.reason}`);
    return runUserCommand(ctx, command);
  }
  const listener = createListener(ctx, script, made.script);
  const result = await runUserCommand(ctx, { ...command, reporting: listener.script });
  const { reports } = listener;
  if (reports.length === 0) {
    // A plan, or a shell that could not be given a channel.
    return result;
  }
  const results = await resultsOf(ctx.sys, {
    steps: made.script.steps,
    reports,
    exitCode: result.exitCode,
    wasEnded: result.timedOut || result.exitCode > SIGNAL_EXIT_BASE,
    endMs: ctx.sys.clock.monotonicMs(),
  });
  const startMs = reports[0]?.atMs ?? 0;
  let culprit: string | undefined;
  for (const step of results) {
    const title = titleOf(ctx, key, step);
    recordStep(ctx, key, step, listener.startedAt + (step.startMs - startMs), result);
    if (step.outcome === "failed" && step.isLast) {
      culprit = title;
    } else if (step.outcome === "failed") {
      const last = step.tail?.split("\n").at(-1) ?? "";
      ctx.log.info(
        `${title} ended with exit code ${step.exitCode}${last === "" ? "" : `: ${last}`}; the commands after it ran all the same`,
      );
    }
  }
  return { ...result, ...(culprit === undefined ? {} : { culprit }) };
}

const SIGNAL_EXIT_BASE = 128;

interface Listener {
  readonly script: SystemScript;
  readonly reports: readonly StepReport[];
  /** When the first report came: milliseconds since 1970. */
  readonly startedAt: number;
}

function createListener(
  ctx: ModuleContext,
  script: CommandScript,
  reporting: ReportingScript,
): Listener {
  const { output, clock } = ctx.sys;
  const reports: StepReport[] = [];
  const listener = {
    reports,
    startedAt: 0,
    script: {
      text: reporting.text,
      path: `${ctx.paths.runDir}/running/${script.key}`,
      onLine(line: string): string {
        const report = parseReport(line);
        if (report === undefined) {
          return "";
        }
        if (reports.length === 0) {
          listener.startedAt = clock.now().getTime();
        }
        reports.push({
          ...report,
          atMs: clock.monotonicMs(),
          outputMark: output.mark(),
          ...(report.exitCode === 0 ? {} : { tail: tailOf(ctx, reports, report.endedCount) }),
        });
        return "";
      },
    },
  };
  return listener;
}

/** The last lines of the step that has just ended; one line where its beginning is not known. */
function tailOf(ctx: ModuleContext, reports: readonly StepReport[], endedCount: number): string {
  const before = reports.at(-1);
  if (before === undefined) {
    return "";
  }
  const isWhole = before.endedCount === endedCount - 1;
  return ctx.sys.output.tailSince(before.outputMark, isWhole ? TAIL_LINE_COUNT : 1).trimEnd();
}

function titleOf(ctx: ModuleContext, key: string, step: StepResult): string {
  const place = ctx.locate([key, step.firstIndex]);
  return place === undefined
    ? nameOf(key, step)
    : `${nameOf(key, step)} (${place.source} line ${place.line})`;
}

function nameOf(key: string, { firstIndex, lastIndex }: StepResult): string {
  return firstIndex === lastIndex ? `${key}[${firstIndex}]` : `${key}[${firstIndex}-${lastIndex}]`;
}

function recordStep(
  ctx: ModuleContext,
  key: string,
  step: StepResult,
  startedAt: number,
  whole: UserCommandResult,
): void {
  const reason = step.isLast && whole.timedOut ? whole.detail.replace(/^: /u, "") : step.reason;
  const tail = step.isLast && step.outcome === "failed" ? lastTail(ctx, step) : step.tail;
  ctx.ledger.record({
    ...(step.outcome === "skipped" ? {} : { time: new Date(startedAt).toISOString() }),
    kind: "command",
    what: nameOf(key, step),
    outcome: step.outcome,
    ...(step.exitCode === undefined ? {} : { exitCode: step.exitCode }),
    ...(step.durationMs === undefined ? {} : { durationMs: step.durationMs }),
    ...(reason === undefined ? {} : { reason }),
    ...(tail === undefined || tail === "" ? {} : { stderr: tail }),
    ...ctx.locate([key, step.firstIndex]),
  });
}

/** The script has ended with it: nothing has been written since, but for what it left running. */
function lastTail(ctx: ModuleContext, step: StepResult): string {
  const { outputMark, isStartKnown } = step;
  return ctx.sys.output.tailSince(outputMark, isStartKnown ? TAIL_LINE_COUNT : 1).trimEnd();
}
