import type { ExecOptions, ExecResult, System } from "../system/system.ts";

/** What became of a command that changes the machine. */
export interface ChangeOutcome extends Pick<ExecResult, "exitCode" | "stdout" | "stderr"> {
  /** False in a plan, where the command was only written down. */
  readonly hasRun: boolean;
  /** The command line and its end, for messages; undefined where it ended well. */
  readonly failure?: string;
}

/** Runs a command whose failure is told, not thrown. */
export async function runChange(
  sys: System,
  argv: readonly string[],
  options: Omit<ExecOptions, "okExitCodes" | "verify"> = {},
): Promise<ChangeOutcome> {
  let hasRun = false;
  const { exitCode, stdout, stderr } = await sys.exec.run(argv, {
    ...options,
    okExitCodes: "any",
    verify: async () => {
      hasRun = true;
      return undefined;
    },
  });
  const said = (stderr.trim() === "" ? stdout : stderr).trim();
  return {
    exitCode,
    stdout,
    stderr,
    hasRun,
    ...(exitCode === 0
      ? {}
      : { failure: `"${argv.join(" ")}" ended with exit code ${exitCode}: ${said}` }),
  };
}
