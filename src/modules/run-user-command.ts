import type { ModuleContext } from "./module.ts";
import { userEnvironment } from "./user-environment.ts";

/** A command of the user's, and how the ledger names it. */
export interface UserCommand {
  readonly kind: "script" | "command";
  readonly what: string;
  readonly argv: readonly string[];
  /** Why it will probably not start; told where it did not. */
  readonly doubt?: string;
  /** Where the wish stands, as far as known. */
  readonly place?: { readonly source: string; readonly line: number } | undefined;
}

/** How it ended. */
export interface UserCommandResult {
  readonly exitCode: number;
  /** For the end of a message: why it did not start, or its last line of output; "" where neither is known. */
  readonly detail: string;
}

const TAIL_LINE_COUNT = 5;
const NOT_STARTED_EXIT_CODES: ReadonlySet<number> = new Set([126, 127]);

/**
 * Runs a command of the user's: without a time limit, with its output going where the stage's goes,
 * and with a step in the ledger that has its exit code, duration and last lines. Never throws for
 * what the command does.
 */
export async function runUserCommand(
  ctx: ModuleContext,
  command: UserCommand,
): Promise<UserCommandResult> {
  const mark = ctx.sys.output.mark();
  const time = ctx.sys.clock.now().toISOString();
  const result = await ctx.sys.exec.run(command.argv, {
    owner: "user",
    output: "inherit",
    okExitCodes: "any",
    env: userEnvironment(ctx),
  });
  const isOk = result.exitCode === 0;
  const tail = isOk ? "" : ctx.sys.output.tailSince(mark, TAIL_LINE_COUNT).trimEnd();
  const reason = isOk ? undefined : reasonOf(command, result.exitCode);
  ctx.ledger.record({
    time,
    kind: command.kind,
    what: command.what,
    outcome: isOk ? "ok" : "failed",
    exitCode: result.exitCode,
    durationMs: result.durationMs,
    ...(reason === undefined ? {} : { reason }),
    ...(tail === "" ? {} : { stderr: tail }),
    ...command.place,
  });
  const didNotStart = NOT_STARTED_EXIT_CODES.has(result.exitCode) && command.doubt !== undefined;
  const detail = didNotStart ? command.doubt : tail.split("\n").at(-1);
  return {
    exitCode: result.exitCode,
    detail: isOk || detail === undefined || detail === "" ? "" : `: ${detail}`,
  };
}

function reasonOf(command: UserCommand, exitCode: number): string {
  return NOT_STARTED_EXIT_CODES.has(exitCode) && command.doubt !== undefined
    ? command.doubt
    : `exit code ${exitCode}`;
}
