import type { TimeLimit } from "../config/time-limits.ts";
import type { ReportingScript } from "../system/system.ts";
import type { ModuleContext } from "./module.ts";
import { userEnvironment } from "./user-environment.ts";

/** A command of the user's, and how the ledger names it. */
export interface UserCommand {
  readonly kind: "script" | "command";
  readonly what: string;
  readonly argv: readonly string[];
  /** Why it will probably not start; told where it did not. */
  readonly doubt?: string | undefined;
  /** Where the wish stands, as far as known. */
  readonly place?: { readonly source: string; readonly line: number } | undefined;
  /** Absent: it may run for ever. */
  readonly limit?: TimeLimit | undefined;
  /** Default [0]. */
  readonly okExitCodes?: readonly number[];
  /** Over what user code finds in its environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
  readonly reporting?: ReportingScript | undefined;
}

/** What of a module's context is needed for it. */
export type UserCommandContext = Pick<ModuleContext, "instance" | "ledger" | "sys">;

/** How it ended. */
export interface UserCommandResult {
  /** With an exit code that is fine, and in time. */
  readonly isOk: boolean;
  readonly exitCode: number;
  readonly timedOut: boolean;
  /** For the end of a message: why it did not start, or its last line of output; "" where neither is known. */
  readonly detail: string;
}

/** So many last lines of output go to the ledger. */
export const TAIL_LINE_COUNT = 5;
const NOT_STARTED_EXIT_CODES: ReadonlySet<number> = new Set([126, 127]);

/**
 * Runs a command of the user's: with its output going where the stage's goes, and with a step in the
 * ledger that has its exit code, duration and last lines. Beyond its time limit its whole process
 * group is sent SIGTERM, then SIGKILL. Never throws for what the command does.
 */
export async function runUserCommand(
  ctx: UserCommandContext,
  command: UserCommand,
): Promise<UserCommandResult> {
  const mark = ctx.sys.output.mark();
  const time = ctx.sys.clock.now().toISOString();
  const result = await ctx.sys.exec.run(command.argv, {
    owner: "user",
    output: "inherit",
    okExitCodes: "any",
    env: { ...userEnvironment(ctx), ...command.env },
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    ...(command.limit === undefined ? {} : { timeoutMs: command.limit.ms }),
    ...(command.reporting === undefined ? {} : { reporting: command.reporting }),
  });
  const { exitCode, timedOut } = result;
  const isOk = !timedOut && (command.okExitCodes ?? [0]).includes(exitCode);
  const tail = isOk ? "" : ctx.sys.output.tailSince(mark, TAIL_LINE_COUNT).trimEnd();
  const cause = timedOut ? timeoutReason(command) : doubtReason(command, exitCode);
  ctx.ledger.record({
    time,
    kind: command.kind,
    what: command.what,
    outcome: isOk ? "ok" : "failed",
    exitCode,
    durationMs: result.durationMs,
    ...(isOk ? {} : { reason: cause ?? `exit code ${exitCode}` }),
    ...(tail === "" ? {} : { stderr: tail }),
    ...command.place,
  });
  const detail = isOk ? "" : (cause ?? tail.split("\n").at(-1) ?? "");
  return { isOk, exitCode, timedOut, detail: detail === "" ? "" : `: ${detail}` };
}

function timeoutReason({ limit }: UserCommand): string {
  return `it ran longer than ${limit?.title ?? "it may"} and was ended with its process group`;
}

function doubtReason(command: UserCommand, exitCode: number): string | undefined {
  return NOT_STARTED_EXIT_CODES.has(exitCode) ? command.doubt : undefined;
}
