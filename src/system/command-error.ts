/** A command that ended otherwise than expected. Its message names the program and its exit code, never standard input. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly argv: readonly string[];
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;

  constructor(
    argv: readonly string[],
    result: {
      readonly exitCode: number;
      readonly stdout: string;
      readonly stderr: string;
      readonly timedOut?: boolean;
    },
  ) {
    const detail = lastLine(result.stderr) ?? lastLine(result.stdout);
    const how =
      result.timedOut === true
        ? "did not end in time"
        : result.exitCode === 127
          ? "was not found"
          : result.exitCode === 126
            ? "is not executable"
            : `ended with exit code ${result.exitCode}`;
    super(`Command "${argv.join(" ")}" ${how}${detail === undefined ? "" : `: ${detail}`}`);
    this.argv = argv;
    this.exitCode = result.exitCode;
    this.stdout = result.stdout;
    this.stderr = result.stderr;
    this.timedOut = result.timedOut === true;
  }
}

function lastLine(text: string): string | undefined {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.at(-1)?.trim();
}
