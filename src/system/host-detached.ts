import type { ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { EXIT_TIMED_OUT } from "./exit-codes.ts";
import { exitOf, type ChildResult } from "./host-child.ts";
import { spawnCommand } from "./host-spawn.ts";

/** How much of what it said is read. */
const SAID_BYTES_MAX = 64 * 1024;

/**
 * Starts `argv` so that neither the end of this process nor a signal to it ends the command, and
 * watches it for `watchMs`. One that goes on beyond that counts as well done; what goes wrong with it
 * later can only be said to syslog: `logger` is at this path on AIX and on Linux.
 */
export async function runDetached(
  spawnChild: typeof spawn,
  argv: readonly string[],
  options: {
    readonly env: Readonly<Record<string, string>>;
    readonly cwd?: string;
    readonly watchMs: number;
  },
): Promise<ChildResult> {
  const said = openUnnamedFile();
  try {
    const outcome = await spawnCommand(
      spawnChild,
      ["/bin/sh", "-c", SCRIPT, "cloud-init", ...argv],
      {
        env: { ...options.env },
        stdio: ["ignore", "ignore", said ?? "ignore"],
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      },
    );
    if (outcome.kind === "failed") {
      const { exitCode, reason } = outcome;
      return { exitCode, stdout: "", stderr: reason, timedOut: false };
    }
    const exit = await watch(outcome.child, options.watchMs);
    const stderr = said === undefined ? "" : readStart(said);
    return { ...exit, stdout: "", stderr, timedOut: false };
  } finally {
    if (said !== undefined) {
      fs.closeSync(said);
    }
  }
}

/** HUP: the session of whoever called may end meanwhile. Only what the shells of AIX and Linux all know. */
const SCRIPT = [
  "trap '' HUP",
  '"$@" && exit 0',
  "code=$?",
  '/usr/bin/logger -p user.err -t cloud-init "$* ended with exit code $code" 2>/dev/null',
  'exit "$code"',
].join("\n");

async function watch(
  child: ChildProcess,
  watchMs: number,
): Promise<Pick<ChildResult, "exitCode" | "signal">> {
  const exit = exitOf(child);
  const timer = setTimeout(exit.giveUp, watchMs);
  const ended = await exit.promise;
  clearTimeout(timer);
  // Nothing of this process waits for it any more.
  child.unref();
  return child.exitCode === null && ended.exitCode === EXIT_TIMED_OUT ? { exitCode: 0 } : ended;
}

/** A file that nothing is left of: a pipe would break the command when this process ends. Undefined where none can be made. */
function openUnnamedFile(): number | undefined {
  const name = `cloud-init-${process.pid}-${Math.random().toString(16).slice(2)}`;
  const file = path.join(os.tmpdir(), name);
  try {
    const fd = fs.openSync(file, "wx+", 0o600);
    fs.unlinkSync(file);
    return fd;
  } catch {
    return undefined;
  }
}

function readStart(fd: number): string {
  const bytes = new Uint8Array(SAID_BYTES_MAX);
  const count = fs.readSync(fd, bytes, 0, bytes.length, 0);
  return new TextDecoder().decode(bytes.subarray(0, count));
}
