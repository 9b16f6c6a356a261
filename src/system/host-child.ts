import { Buffer } from "node:buffer";
import type { ChildProcess } from "node:child_process";
import os from "node:os";
import { type BoundedBytes, createBoundedBytes } from "./bounded-bytes.ts";
import { EXIT_TIMED_OUT, SIGNAL_EXIT_BASE } from "./exit-codes.ts";
import { monotonicMs } from "./host-monotonic.ts";
import { endProcessGroup } from "./host-process-group.ts";

const TERM_GRACE_MS = 2000;
/** For the end to be reported of a child that was sent SIGKILL. */
const KILL_WAIT_MS = 2000;
/** How long the pipes of an ended child must be silent before a grandchild that holds them is left alone. */
const PIPE_IDLE_MS = 200;
const PIPE_WAIT_MAX_MS = 2000;
const CAPTURE_MAX_BYTES = 256 * 1024 * 1024;
const TIMER_MAX_MS = 2_147_483_647;

/** How a child ended and what it said. */
export interface ChildResult {
  readonly exitCode: number;
  readonly signal?: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/**
 * Feeds `stdin` to a child of its own process group, collects what it writes, and waits for its end.
 * On a time-out, or where it writes more than anybody can hold, its whole group is ended. A
 * grandchild that keeps the pipes open does not hold up the result for more than a moment.
 */
export async function followChild(
  child: ChildProcess,
  pid: number,
  options: {
    readonly stdin?: string;
    readonly timeoutMs?: number;
    readonly captureMaxBytes?: number;
  },
): Promise<ChildResult> {
  const captured = captureOutput(child, options.captureMaxBytes, () => {
    void endProcessGroup(pid, 0);
  });
  const exit = exitOf(child);
  feed(child, options.stdin);

  let groupEnd: Promise<void> | undefined;
  const timer =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(
          () => {
            groupEnd = endProcessGroup(pid, TERM_GRACE_MS);
            void groupEnd.then(() => setTimeout(exit.giveUp, KILL_WAIT_MS).unref());
          },
          Math.min(Math.max(0, options.timeoutMs), TIMER_MAX_MS),
        );
  const { exitCode, signal } = await exit.promise;
  clearTimeout(timer);
  child.stdin?.destroy();
  await groupEnd;
  await captured.end();

  const timedOut = groupEnd !== undefined;
  return {
    exitCode: timedOut ? EXIT_TIMED_OUT : exitCode,
    ...(timedOut || signal === undefined ? {} : { signal }),
    stdout: captured.stdout(),
    stderr: captured.stderr(),
    timedOut,
  };
}

interface Exit {
  readonly exitCode: number;
  readonly signal?: string;
}

/** The end of a child, or that it is no longer waited for: as after a time-out. */
export function exitOf(child: ChildProcess): {
  readonly promise: Promise<Exit>;
  readonly giveUp: () => void;
} {
  let resolveExit: (exit: Exit) => void = () => {};
  const promise = new Promise<Exit>((resolve) => {
    resolveExit = resolve;
  });
  child.on("exit", (code, signal) => {
    if (signal === null) {
      resolveExit({ exitCode: code ?? SIGNAL_EXIT_BASE });
    } else {
      resolveExit({ exitCode: SIGNAL_EXIT_BASE + os.constants.signals[signal], signal });
    }
  });
  return { promise, giveUp: () => resolveExit({ exitCode: EXIT_TIMED_OUT }) };
}

function feed(child: ChildProcess, stdin: string | undefined): void {
  // A child may end, or close its input, without having read it. Only Node tells.
  child.stdin?.on("error", () => {});
  child.stdin?.end(stdin ?? "");
}

interface Capture {
  /** Waits for the rest of the output, but not for a grandchild that keeps the pipes. */
  end(): Promise<void>;
  stdout(): string;
  stderr(): string;
}

function captureOutput(
  child: ChildProcess,
  maxBytes: number | undefined,
  onTooMuch: () => void,
): Capture {
  const create = (): BoundedBytes => createBoundedBytes(maxBytes ?? Number.POSITIVE_INFINITY);
  const chunks = { stdout: create(), stderr: create() };
  const streams = (["stdout", "stderr"] as const).flatMap((name) => {
    const stream = child[name];
    return stream === null ? [] : [{ stream, collected: chunks[name] }];
  });
  let sizeBytes = 0;
  let chunkCount = 0;
  const closed = streams.map(
    ({ stream, collected }) =>
      new Promise<void>((resolve) => {
        stream.on("data", (chunk: Uint8Array) => {
          chunkCount += 1;
          if (maxBytes !== undefined) {
            collected.add(chunk);
            return;
          }
          if (sizeBytes > CAPTURE_MAX_BYTES) {
            return;
          }
          collected.add(chunk);
          sizeBytes += chunk.length;
          if (sizeBytes > CAPTURE_MAX_BYTES) {
            chunks.stderr.add(Buffer.from(`\nIt wrote more than ${CAPTURE_MAX_BYTES} bytes\n`));
            onTooMuch();
          }
        });
        stream.on("error", () => resolve());
        stream.on("close", () => resolve());
      }),
  );
  return {
    async end() {
      if (streams.length > 0) {
        const silence = waitForSilence(() => chunkCount);
        await Promise.race([Promise.all(closed), silence.promise]);
        silence.cancel();
      }
      for (const { stream } of streams) {
        stream.destroy();
      }
    },
    stdout: () => chunks.stdout.text(),
    stderr: () => chunks.stderr.text(),
  };
}

/** Resolves when nothing has come for a while, or when that takes too long. */
function waitForSilence(countChunks: () => number): {
  readonly promise: Promise<void>;
  readonly cancel: () => void;
} {
  const deadlineMs = monotonicMs() + PIPE_WAIT_MAX_MS;
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<void>((resolve) => {
    function check(seenCount: number): void {
      timer = setTimeout(() => {
        // On a busy machine the timer may be late: what arrived meanwhile is read after it.
        setImmediate(() => {
          const count = countChunks();
          if (count === seenCount || monotonicMs() > deadlineMs) {
            resolve();
          } else {
            check(count);
          }
        });
      }, PIPE_IDLE_MS);
    }
    check(countChunks());
  });
  return { promise, cancel: () => clearTimeout(timer) };
}
