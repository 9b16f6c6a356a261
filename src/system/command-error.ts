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
    const detail = lastMessage(result.stderr) ?? lastMessage(result.stdout);
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

/** AIX's message numbers: "0516-052 varyonvg: …". */
const NUMBERED = /^\d{4}-\d{3,4}\b/u;
const MESSAGE_COUNT_MAX = 3;
const DETAIL_LENGTH_MAX = 500;

/**
 * The last message: a line with the indented lines that it was wrapped into. Numbered ones of AIX
 * come in rows, the reason first and what could not be done for it last: these are told together.
 */
function lastMessage(text: string): string | undefined {
  const messages: string[] = [];
  for (const line of text.split("\n").filter((each) => each.trim() !== "")) {
    const previous = messages.at(-1);
    if (previous !== undefined && /^\s/u.test(line)) {
      messages[messages.length - 1] = `${previous} ${line.trim()}`;
    } else {
      messages.push(line.trim());
    }
  }
  let count = 1;
  while (count < MESSAGE_COUNT_MAX && NUMBERED.test(messages.at(-count - 1) ?? "")) {
    count += 1;
  }
  const told = messages.slice(NUMBERED.test(messages.at(-1) ?? "") ? -count : -1).join(" ");
  return told === "" ? undefined : told.slice(0, DETAIL_LENGTH_MAX);
}
