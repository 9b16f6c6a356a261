import { Buffer } from "node:buffer";
import type { spawnSync } from "node:child_process";
import os from "node:os";
import process from "node:process";
import { EXIT_TIMED_OUT, SIGNAL_EXIT_BASE } from "./exit-codes.ts";
import type { ChildResult } from "./host-child.ts";
import { codeOf } from "./host-error.ts";
import { explainFailure, isBinary, isForeign } from "./host-spawn.ts";

const CAPTURE_MAX_BYTES = 256 * 1024 * 1024;

/** How a query is run: what `spawnSync` needs of it. */
export interface QuerySettings {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
  readonly timeoutMs: number;
}

/**
 * Runs a command that only reads, in a process group of its own, and waits for it. A signal is
 * answered when it has ended, as it would be anyway: our own commands are never cut off. Only for
 * commands that leave nobody behind on their pipes: that one would be waited for too.
 *
 * The streams that an asynchronous child needs cost 7 ms in each process and 1 ms for each command.
 */
export function runQuery(
  spawn: typeof spawnSync,
  argv: readonly string[],
  settings: QuerySettings,
): ChildResult {
  const first = attempt(spawn, argv, settings);
  const isText = first.code === "ENOEXEC" && !isBinary(argv[0] ?? "");
  const shown = isText ? ["/bin/sh", ...argv] : argv;
  const { code, pid, status, signal, stdout, stderr } = isText
    ? attempt(spawn, shown, settings)
    : first;
  const output = { stdout: decode(stdout), stderr: decode(stderr) };
  if (code === "ETIMEDOUT" || code === "ENOBUFS") {
    endGroup(pid);
    const reason = code === "ENOBUFS" ? `\nIt wrote more than ${CAPTURE_MAX_BYTES} bytes\n` : "";
    const exitCode = code === "ETIMEDOUT" ? EXIT_TIMED_OUT : exitCodeOf(status, signal);
    const timedOut = code === "ETIMEDOUT";
    return { ...output, stderr: output.stderr + reason, exitCode, timedOut };
  }
  // Where it has ended although not all of its input was taken, the error says nothing more.
  if (code !== "" && status === null && signal === null) {
    const failure = explainFailure(code, shown[0] ?? "", settings.cwd);
    return { stdout: "", stderr: failure.reason, exitCode: failure.exitCode, timedOut: false };
  }
  return {
    ...output,
    exitCode: exitCodeOf(status, signal),
    ...(signal === null ? {} : { signal }),
    timedOut: false,
  };
}

interface Ended {
  /** Of the error, "" where there is none. */
  readonly code: string;
  readonly pid: number;
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Bun leaves it out where nothing ran. */
  readonly stdout: Uint8Array | null | undefined;
  readonly stderr: Uint8Array | null | undefined;
}

function attempt(
  spawn: typeof spawnSync,
  [program = "", ...args]: readonly string[],
  { env, cwd, stdin, timeoutMs }: QuerySettings,
): Ended {
  // `detached` is missing in the types of spawnSync; both runtimes know it.
  const options = {
    env: { ...env },
    stdio: [stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"] as ["ignore", "pipe", "pipe"],
    timeout: timeoutMs,
    killSignal: "SIGKILL" as const,
    maxBuffer: CAPTURE_MAX_BYTES,
    detached: true,
    ...(cwd === undefined ? {} : { cwd }),
    ...(stdin === undefined ? {} : { input: stdin }),
  };
  const notRun = { pid: 0, status: null, signal: null, stdout: null, stderr: null };
  if (isForeign(program)) {
    return { ...notRun, code: "ENOEXEC" };
  }
  try {
    const result = spawn(program, args, options);
    return { ...result, code: codeOf(result.error) };
  } catch (error) {
    return { ...notRun, code: codeOf(error) };
  }
}

/** What it started goes with it. */
function endGroup(pid: number): void {
  if (pid > 0) {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // Nobody is left.
    }
  }
}

function exitCodeOf(status: number | null, signal: NodeJS.Signals | null): number {
  return status ?? SIGNAL_EXIT_BASE + (signal === null ? 0 : os.constants.signals[signal]);
}

function decode(bytes: Uint8Array | null | undefined): string {
  return bytes === null || bytes === undefined
    ? ""
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
}
