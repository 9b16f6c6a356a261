import { errorChain } from "../text/error-message.ts";
import { VERSION } from "../version.ts";
import type { CliContext } from "./cli-context.ts";
import type { ProgramName } from "./program-name.ts";

/**
 * Runs the program that was called: sets `ctx.exitCode`, never throws. Nothing is loaded that the
 * call does not need.
 */
export async function runCli(
  program: ProgramName,
  args: readonly string[],
  ctx: CliContext,
): Promise<void> {
  try {
    const answer = quickAnswer(program, args);
    if (answer !== undefined) {
      ctx.stdout(`${answer}\n`);
    } else if (program === "cloud-init" || program === "cloud-id") {
      const { runCloudInit } = await import("./cloud-init.ts");
      await runCloudInit(program === "cloud-id" ? ["cloud-id", ...args] : args, ctx);
    } else {
      const { runCloudInitPer } = await import("./cloud-init-per.ts");
      await runCloudInitPer(program, args, ctx);
    }
  } catch (error) {
    ctx.stderr(`${program}: ${oneLine(errorChain(error))}\n`);
    ctx.exitCode = 1;
  }
}

/** The line that answers `--version`, or undefined for every other call: needs no machine at all. */
export function quickAnswer(program: ProgramName, args: readonly string[]): string | undefined {
  const isVersion = args[0] === "--version" || args[0] === "-v";
  return program === "cloud-init" && isVersion ? `cloud-init ${VERSION}` : undefined;
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/gu, " ");
}
