import { CommandError } from "./command-error.ts";
import type { ExecOptions, ExecResult } from "./system.ts";

/**
 * The end of every command that really ran, whoever ran it: holds its exit code against
 * `okExitCodes`, then asks `verify`. Returns `result`, or throws a CommandError for the exit code
 * and an Error for what `verify` found.
 */
export async function finishCommand(
  argv: readonly string[],
  options: ExecOptions,
  result: ExecResult,
): Promise<ExecResult> {
  const okExitCodes = options.okExitCodes ?? [0];
  if (okExitCodes !== "any" && (result.timedOut || !okExitCodes.includes(result.exitCode))) {
    throw new CommandError(argv, result);
  }
  const wrong = await options.verify?.();
  if (wrong !== undefined) {
    throw new Error(
      `Command "${argv.join(" ")}" ended with exit code ${result.exitCode}, yet it did not do its work: ${wrong}`,
    );
  }
  return result;
}
