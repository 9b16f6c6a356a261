import { isTimeLimitOff, type TimeLimit } from "../config/time-limits.ts";
import type { ExecResult } from "../system/system.ts";
import { formatDuration } from "../text/duration.ts";
import { printable } from "../text/printable.ts";
import type { ExternalFile } from "./find-external-module.ts";
import { createExternalInput } from "./external-input.ts";
import { findScriptStart } from "./interpreter.ts";
import type { ModuleContext } from "./module.ts";
import { searchDirectories, userEnvironment } from "./user-environment.ts";
import { userTimeLimit } from "./user-time-limit.ts";

/** Of each of its two streams, so much is kept. */
const OUTPUT_BYTES_MAX = 128 * 1024;
/** Of which so many lines reach the log, half of them first and half last ones. */
const OUTPUT_LINES_MAX = 1000;
const LINE_LENGTH_MAX = 2000;
const TAIL_LINE_COUNT = 5;
const DEFAULT_LIMIT_MS = 3_600_000;

/**
 * Runs an external module once: its input on standard input, its output to the log, its end in the
 * ledger. Beyond its time limit its whole process group is ended.
 */
export async function runExternalModule(ctx: ModuleContext, file: ExternalFile): Promise<void> {
  for (const problem of file.header.problems) {
    ctx.log.warn(`Module "${file.path}": ${problem}`);
  }
  const limit = limitOf(ctx, file);
  const time = ctx.sys.clock.now().toISOString();
  const { argv, doubt } = findScriptStart(ctx.sys.fs, file.path, searchDirectories(ctx));
  const result = await ctx.sys.exec.run(argv, {
    owner: "user",
    okExitCodes: "any",
    stdin: createExternalInput(ctx, ctx.entryName),
    env: userEnvironment(ctx),
    captureMaxBytes: OUTPUT_BYTES_MAX,
    ...(limit === undefined ? {} : { timeoutMs: limit.ms }),
  });
  logLines(result.stdout, (line) => ctx.log.info(line));
  logLines(result.stderr, (line) => ctx.log.warn(line));
  const isOk = result.exitCode === 0;
  const ending = describeEnd(result, limit, doubt);
  const stderr = lastLines(result.stderr);
  ctx.ledger.record({
    time,
    kind: "script",
    what: file.path,
    outcome: isOk ? "ok" : "failed",
    exitCode: result.exitCode,
    durationMs: result.durationMs,
    ...(isOk ? {} : { reason: ending }),
    ...(isOk || stderr === "" ? {} : { stderr }),
  });
  if (!isOk) {
    const said = result.stderr.trimEnd().split("\n").at(-1)?.slice(0, LINE_LENGTH_MAX) ?? "";
    // Why it did not start is told by our own reason, better than by a shell's.
    const detail = said === "" || ending.includes(": ") ? "" : `: ${printable(said)}`;
    ctx.fail(`Module "${file.path}" failed: ${ending}${detail}`);
  }
}

/** Its header's, else `timeouts.modules` of the configuration, else an hour: a boot must end. */
function limitOf(ctx: ModuleContext, { header }: ExternalFile): TimeLimit | undefined {
  if (header.limit !== undefined) {
    return header.limit;
  }
  if (isTimeLimitOff(ctx.cloudConfig, "modules")) {
    return undefined;
  }
  const byDefault = { ms: DEFAULT_LIMIT_MS, title: formatDuration(DEFAULT_LIMIT_MS) };
  return userTimeLimit(ctx, "modules") ?? byDefault;
}

function describeEnd(
  result: ExecResult,
  limit: TimeLimit | undefined,
  doubt: string | undefined,
): string {
  const { exitCode, signal, timedOut } = result;
  if (timedOut) {
    return `it ran longer than ${limit?.title ?? "it may"} and was ended with its process group`;
  }
  if (signal !== undefined) {
    return `it was ended by signal ${signal}`;
  }
  const isUnstarted = exitCode === EXIT_NOT_EXECUTABLE || exitCode === EXIT_NOT_FOUND;
  return isUnstarted && doubt !== undefined
    ? `exit code ${exitCode}: ${doubt}`
    : `exit code ${exitCode}`;
}

const EXIT_NOT_EXECUTABLE = 126;
const EXIT_NOT_FOUND = 127;

function logLines(text: string, log: (line: string) => void): void {
  const lines = text.split(/\r?\n/u).filter((line) => line.trim() !== "");
  const half = OUTPUT_LINES_MAX / 2;
  const shown =
    lines.length <= OUTPUT_LINES_MAX
      ? lines
      : [
          ...lines.slice(0, half),
          `[${lines.length - OUTPUT_LINES_MAX} lines left out]`,
          ...lines.slice(-half),
        ];
  for (const line of shown) {
    const rest = line.length - LINE_LENGTH_MAX;
    log(printable(rest > 0 ? `${line.slice(0, LINE_LENGTH_MAX)} [${rest} more]` : line));
  }
}

function lastLines(text: string): string {
  return text
    .trimEnd()
    .split("\n")
    .slice(-TAIL_LINE_COUNT)
    .map((line) => line.slice(0, LINE_LENGTH_MAX))
    .join("\n");
}
