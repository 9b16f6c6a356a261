import type { Change } from "../system/change.ts";
import { CommandError } from "../system/command-error.ts";
import { observeSystem } from "../system/observed-system.ts";
import type { Exec, ExecOptions, ExecResult, System } from "../system/system.ts";
import { errorMessage } from "../text/error-message.ts";
import { formatCommandLine } from "../text/command-line.ts";
import type { LedgerStep } from "./ledger.ts";
import type { Logger } from "./logger.ts";

export interface SystemListener {
  readonly log: Logger;
  /** Before each change is made. */
  onChange(change: Change): void;
  /** When a command is about to run and the log says so. */
  beforeCommand?(): void;
  /** After each command of the agent's own that changes something. */
  onCommand(step: LedgerStep): void;
}

/**
 * `base`, with every command and every change in the log at DEBUG, and the agent's own changing
 * commands given to the ledger. Standard input is never shown; user code is the business of the
 * module that runs it.
 */
export function logSystem(base: System, listener: SystemListener): System {
  const observed = observeSystem(base, (change) => {
    logChange(listener.log, change);
    listener.onChange(change);
  });
  return { ...observed, exec: logExec(observed.exec, base, listener) };
}

function logChange(log: Logger, change: Change): void {
  switch (change.kind) {
    case "write":
    case "append": {
      const mode = change.mode === undefined ? "" : ` - ${octal(change.mode)}`;
      const verb = change.kind === "write" ? "Writing to" : "Appending to";
      log.debug(`${verb} ${change.path}${mode}: ${change.content.length} bytes`);
      return;
    }
    case "attributes": {
      const mode = change.mode === undefined ? "" : ` mode ${octal(change.mode)}`;
      const owner = change.owner === undefined ? "" : ` owner ${change.owner}`;
      log.debug(`Setting${mode}${owner} of ${change.path}`);
      return;
    }
    case "directory":
      log.debug(`Making directory ${change.path}`);
      return;
    case "remove":
      log.debug(`Removing ${change.path}`);
      return;
    case "symlink":
      log.debug(`Creating symbolic link from ${change.path} => ${change.target}`);
      return;
    case "request":
      log.debug(`Sending ${change.method} ${change.url}`);
      return;
    case "command":
      return;
  }
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

function logExec(exec: Exec, base: System, listener: SystemListener): Exec {
  const { log } = listener;
  const around = async (
    argv: readonly string[],
    options: ExecOptions | undefined,
    run: () => Promise<ExecResult>,
    isChange: boolean,
  ): Promise<ExecResult> => {
    const line = formatCommandLine(argv);
    const time = base.clock.now().toISOString();
    const startMs = base.clock.monotonicMs();
    log.debug(`Running command ${line}`);
    listener.beforeCommand?.();
    const record = (exitCode: number, stderr: string, reason?: string): void => {
      if (isChange && options?.owner !== "user") {
        listener.onCommand({
          time,
          kind: "command",
          what: line,
          outcome: reason === undefined ? "ok" : "failed",
          durationMs: Math.round(base.clock.monotonicMs() - startMs),
          exitCode,
          ...(reason === undefined ? {} : { reason }),
          ...(stderr === "" ? {} : { stderr }),
        });
      }
    };
    try {
      const result = await run();
      log.debug(`Command ${argv[0] ?? ""} ended with exit code ${result.exitCode}`);
      record(result.exitCode, lastLines(result.stderr), undefined);
      return result;
    } catch (error) {
      log.debug(errorMessage(error));
      record(exitCodeOf(error), lastLines(stderrOf(error)), errorMessage(error));
      throw error;
    }
  };
  return {
    query: (argv, options) => around(argv, options, () => exec.query(argv, options), false),
    run: (argv, options) => around(argv, options, () => exec.run(argv, options), true),
  };
}

const STDERR_LINES_MAX = 5;

function lastLines(text: string): string {
  return text.trimEnd().split("\n").slice(-STDERR_LINES_MAX).join("\n");
}

function exitCodeOf(error: unknown): number {
  return error instanceof CommandError ? error.exitCode : 1;
}

function stderrOf(error: unknown): string {
  return error instanceof CommandError ? error.stderr : "";
}
