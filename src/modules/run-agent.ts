import { formatDuration } from "../text/duration.ts";
import type { ModuleContext } from "./module.ts";
import { runUserCommand, type UserCommand } from "./run-user-command.ts";

/** A run that configures a machine may take long; one that hangs must not keep the boot for ever. */
const RUN_TIMEOUT_MS = 7_200_000;

/** A program of an agent's, as a module runs it. */
export interface AgentRun extends Pick<UserCommand, "argv" | "okExitCodes" | "env" | "cwd"> {
  /** What for, in messages and in the ledger: "puppet agent", never with what is secret. */
  readonly what: string;
  readonly path: readonly (string | number)[];
}

/**
 * Runs a program that an agent brings, two hours at most, with its output where the stage's goes. A
 * failure is recorded at its place; true if it went well.
 */
export async function runAgent(ctx: ModuleContext, run: AgentRun): Promise<boolean> {
  const { what, path, ...command } = run;
  const [program = ""] = run.argv;
  const place = ctx.locate(path);
  const result = await runUserCommand(ctx, {
    kind: "command",
    what,
    ...command,
    place,
    doubt: `"${program}" is not there, or cannot be run`,
    limit: { ms: RUN_TIMEOUT_MS, title: formatDuration(RUN_TIMEOUT_MS) },
  });
  if (!result.isOk) {
    const message = `${what} ended with exit code ${result.exitCode}${result.detail}`;
    ctx.fail({ message, path: [...path], ...place });
  }
  return result.isOk;
}
