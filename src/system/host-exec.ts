import type { spawn } from "node:child_process";
import { commandEnvironment } from "./command-environment.ts";
import { finishCommand } from "./finish-command.ts";
import type { ChildResult, followChild } from "./host-child.ts";
import { monotonicMs } from "./host-monotonic.ts";
import type { HostOutput } from "./host-output.ts";
import type { RunningCommands } from "./host-running-commands.ts";
import type { Report } from "./host-report.ts";
import { spawnCommand } from "./host-spawn.ts";
import type { Exec, ExecOptions, ExecResult, ProcessInfo, ReportingScript } from "./system.ts";

const AGENT_TIMEOUT_MS = 300_000;

/** What commands need of the rest of the host. */
export interface HostExecParts {
  readonly process: Pick<ProcessInfo, "platform" | "env" | "pid">;
  readonly output: HostOutput;
  readonly running: RunningCommands;
}

/**
 * Runs commands without a shell, each in its own process group, with a fixed environment. While one
 * runs that changes the machine, the event loop stays free, so that a signal can be answered.
 */
export function createHostExec(parts: HostExecParts): Exec {
  async function execute(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    checkProgram(argv, options);
    if (options.afterAgent !== undefined) {
      const { leaveBehind } = await import("./host-leave-behind.ts");
      const { afterAgent, ...rest } = options;
      return execute(leaveBehind(argv, { ...afterAgent, pid: parts.process.pid }), rest);
    }
    if (options.detached !== undefined) {
      return executeDetached(parts, argv, options, options.detached);
    }
    // Loaded on first use: much of what the agent does starts no child.
    const [{ spawn }, { followChild }] = await Promise.all([
      import("node:child_process"),
      import("./host-child.ts"),
    ]);
    if (parts.running.isStopping) {
      return forever();
    }
    const startedMs = monotonicMs();
    const result = await runToEnd(parts, { spawn, followChild }, argv, options);
    if (parts.running.isStopping) {
      // The program is about to end, and must not go on as if the command had simply failed.
      return forever();
    }
    const durationMs = Math.round(monotonicMs() - startedMs);
    return finishCommand(argv, options, { ...result, durationMs });
  }
  async function query(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    if (options.owner === "user" || options.output === "inherit" || options.inheritStdin === true) {
      return execute(argv, options);
    }
    checkProgram(argv, options);
    const [{ spawnSync }, { runQuery }] = await Promise.all([
      import("node:child_process"),
      import("./host-query.ts"),
    ]);
    if (parts.running.isStopping) {
      return forever();
    }
    const startedMs = monotonicMs();
    const result = runQuery(spawnSync, argv, {
      env: { ...commandEnvironment(parts.process, "agent"), ...options.env },
      timeoutMs: options.timeoutMs ?? AGENT_TIMEOUT_MS,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
    });
    const durationMs = Math.round(monotonicMs() - startedMs);
    return finishCommand(argv, options, { ...result, durationMs });
  }
  return { query, run: execute };
}

async function executeDetached(
  parts: HostExecParts,
  argv: readonly string[],
  options: ExecOptions,
  { watchMs }: NonNullable<ExecOptions["detached"]>,
): Promise<ExecResult> {
  const [{ spawn }, { runDetached }] = await Promise.all([
    import("node:child_process"),
    import("./host-detached.ts"),
  ]);
  if (parts.running.isStopping) {
    return forever();
  }
  const startedMs = monotonicMs();
  const result = await runDetached(spawn, argv, {
    env: { ...commandEnvironment(parts.process, options.owner ?? "agent"), ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    watchMs,
  });
  const durationMs = Math.round(monotonicMs() - startedMs);
  return finishCommand(argv, options, { ...result, durationMs });
}

async function runToEnd(
  parts: HostExecParts,
  loaded: { readonly spawn: typeof spawn; readonly followChild: typeof followChild },
  argv: readonly string[],
  options: ExecOptions,
): Promise<ChildResult> {
  const owner = options.owner ?? "agent";
  const timeoutMs = options.timeoutMs ?? (owner === "agent" ? AGENT_TIMEOUT_MS : undefined);
  const isInherited = options.output === "inherit";
  const descriptors = isInherited ? parts.output.childDescriptors() : (["pipe", "pipe"] as const);
  const report = isInherited ? await openReport(options.reporting) : undefined;
  const outcome = await spawnCommand(loaded.spawn, report?.argv ?? argv, {
    env: { ...commandEnvironment(parts.process, owner), ...options.env },
    stdio: [stdinOf(options), ...descriptors, ...(report === undefined ? [] : ["pipe" as const])],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  if (outcome.kind === "failed") {
    report?.close();
    return { exitCode: outcome.exitCode, stdout: "", stderr: outcome.reason, timedOut: false };
  }
  const { child, pid } = outcome;
  parts.running.add({
    pid,
    owner,
    ended: new Promise((resolve) => {
      child.on("exit", () => resolve());
    }),
  });
  report?.follow(child);
  const childEnded = isInherited ? parts.output.childStarted() : undefined;
  try {
    return await loaded.followChild(child, pid, {
      ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(options.captureMaxBytes === undefined
        ? {}
        : { captureMaxBytes: options.captureMaxBytes }),
    });
  } finally {
    childEnded?.();
    report?.close();
  }
}

async function openReport(script: ReportingScript | undefined): Promise<Report | undefined> {
  return script === undefined ? undefined : (await import("./host-report.ts")).openReport(script);
}

function stdinOf(options: ExecOptions): "pipe" | "inherit" | "ignore" {
  if (options.stdin !== undefined) {
    return "pipe";
  }
  return options.inheritStdin === true ? "inherit" : "ignore";
}

/** Only a user's own command may be looked up in PATH. */
function checkProgram(argv: readonly string[], options: ExecOptions): void {
  const [program = ""] = argv;
  if (program === "" || (options.owner !== "user" && !program.startsWith("/"))) {
    throw new TypeError(
      `Cannot run command "${argv.join(" ")}": expected an absolute path, not "${program}"`,
    );
  }
}

function forever(): Promise<never> {
  return new Promise(() => {});
}
