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
    const hide = (text: string): string => hidePasswords(text, argv, options?.stdin);
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
      record(result.exitCode, hide(lastLines(result.stderr)), undefined);
      return result;
    } catch (error) {
      const reason = hide(errorMessage(error));
      log.debug(reason);
      record(exitCodeOf(error), hide(lastLines(stderrOf(error))), reason);
      throw error;
    }
  };
  return {
    query: (argv, options) => around(argv, options, () => exec.query(argv, options), false),
    run: (argv, options) => around(argv, options, () => exec.run(argv, options), true),
  };
}

/** A password made at random is in no configuration, so nothing else would mask it where chpasswd repeats its input. */
function hidePasswords(text: string, argv: readonly string[], stdin: string | undefined): string {
  if (stdin === undefined || argv[0]?.endsWith("/chpasswd") !== true) {
    return text;
  }
  let hidden = text;
  for (const line of stdin.split("\n")) {
    const password = line.slice(line.indexOf(":") + 1);
    hidden = password.length < PASSWORD_LENGTH_MIN ? hidden : hidden.replaceAll(password, "***");
  }
  return hidden;
}

/** As of secrets: to mask "a" would garble every line. */
const PASSWORD_LENGTH_MIN = 4;
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
