import { pollUntil } from "../../system/retry.ts";
import { readTextIfExists } from "../../system/files.ts";
import type { ExecOptions, ExecResult, System } from "../../system/system.ts";
import type { PlatformTest } from "../self-test-adapter.ts";
import { expectSame } from "./expect-same.ts";

const SH = "/bin/sh";
const CAT = "/bin/cat";
const SLEEP = "/bin/sleep";

/** How the runtime runs commands. The two ways: a question to the system, which waits, and user code, during which signals are answered. */
export function commandTests(): readonly PlatformTest[] {
  return [exitCodes, streams, missing, environment, deadline];
}

/** POSIX.1-2017 §2.9.1.1: no such program. */
const EXIT_NOT_FOUND = 127;
const EXIT_TERMINATED = 143;

const WAYS: readonly (readonly [string, ExecOptions])[] = [
  ["a question", {}],
  ["user code", { owner: "user" }],
];

function ask(sys: System, argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  return sys.exec.query(argv, { timeoutMs: 10_000, ...options, okExitCodes: "any" });
}

const exitCodes: PlatformTest = {
  name: "exit-codes",
  title: "exit codes and signals of commands",
  async run(sys) {
    for (const [way, options] of WAYS) {
      const ended = await ask(sys, [SH, "-c", "exit 7"], options);
      expectSame(`Exit code of "exit 7", as ${way}`, ended.exitCode, 7);
      const killed = await ask(sys, [SH, "-c", "kill -TERM $$"], options);
      expectSame(`Exit code of "kill -TERM $$", as ${way}`, killed.exitCode, EXIT_TERMINATED);
      expectSame(`Signal of "kill -TERM $$", as ${way}`, killed.signal, "SIGTERM");
    }
    return "exit 7, SIGTERM";
  },
};

/** More than any pipe holds. */
const LINE_COUNT = 20_000;

const streams: PlatformTest = {
  name: "streams",
  title: "input, output and error of commands",
  async run(sys) {
    const stdin = "0123456789 abcdef\n".repeat(LINE_COUNT);
    for (const [way, options] of WAYS) {
      const { stdout } = await ask(sys, [CAT], { ...options, stdin });
      expectSame(`Length of what "cat" gives back, as ${way}`, stdout.length, stdin.length);
      expectSame(`What "cat" gives back is the same, as ${way}`, stdout === stdin, true);
      const both = await ask(sys, [SH, "-c", "echo out; echo err >&2"], options);
      expectSame(`Standard output, as ${way}`, both.stdout, "out\n");
      expectSame(`Standard error, as ${way}`, both.stderr, "err\n");
      const bytes = await ask(sys, [SH, "-c", "printf '\\303\\251 \\377.'"], options);
      expectSame(`Bytes that are no UTF-8, as ${way}`, bytes.stdout, "é \uFFFD.");
    }
    return `${stdin.length} bytes through a pipe`;
  },
};

const NO_COMMAND = "/no-such-directory/no-such-command";

const missing: PlatformTest = {
  name: "missing-command",
  title: "a command that is not there",
  async run(sys) {
    for (const [way, options] of WAYS) {
      const none = await ask(sys, [NO_COMMAND], options);
      expectSame(
        `Exit code of a command that is not there, as ${way}`,
        none.exitCode,
        EXIT_NOT_FOUND,
      );
    }
    return `exit code ${EXIT_NOT_FOUND}`;
  },
};

/** Of the runtime's, which steer programs that are built like it. */
const FOREIGN_VARIABLE = /^(?:LIBPATH|LD_LIBRARY_PATH|NODE_\w+|BUN_\w+|CLOUD_INIT_LIBPATH)=/mu;

const environment: PlatformTest = {
  name: "environment",
  title: "environment and user of commands",
  async run(sys) {
    const { stdout } = await ask(sys, [SH, "-c", "env; echo uid=`id -u`"]);
    for (const wanted of ["LC_ALL=C", `uid=${sys.process.uid}`]) {
      expectSame(`The environment has "${wanted}"`, stdout.split("\n").includes(wanted), true);
    }
    const foreign = FOREIGN_VARIABLE.exec(stdout)?.[0];
    expectSame("A variable of the runtime's in the environment", foreign, undefined);
    return `LC_ALL=C, uid ${sys.process.uid}`;
  },
};

const DEADLINE_MS = 1_000;
/** From the deadline until everything has ended; a busy machine is slow. */
const LATE_MS = 8_000;

const deadline: PlatformTest = {
  name: "deadline",
  title: "a command that does not end is ended, with what it started",
  needsDirectory: true,
  async run(sys, directory) {
    const told: string[] = [];
    for (const [index, [way, options]] of WAYS.entries()) {
      const pidFile = `${directory}/pid${index}`;
      const script = `${SLEEP} 60 & echo $! > ${pidFile}; wait`;
      const startMs = sys.clock.monotonicMs();
      const result = await ask(sys, [SH, "-c", script], { ...options, timeoutMs: DEADLINE_MS });
      const tookMs = Math.round(sys.clock.monotonicMs() - startMs);
      expectSame(`A command that does not end has timed out, as ${way}`, result.timedOut, true);
      expectSame(
        `It was ended in time, as ${way} (${tookMs} ms)`,
        tookMs < DEADLINE_MS + LATE_MS,
        true,
      );
      const pid = readTextIfExists(sys.fs, pidFile)?.trim() ?? "";
      expectSame(`It had started another, as ${way}`, /^\d+$/u.test(pid), true);
      const isGone = await pollUntil(
        sys,
        async () => ((await isAlive(sys, pid)) ? undefined : true),
        { timeoutMs: LATE_MS, intervalMs: 100 },
      );
      expectSame(`What it had started (process ${pid}) is gone, as ${way}`, isGone, true);
      told.push(`${tookMs} ms`);
    }
    return `ended after ${told.join(" and ")}`;
  },
};

/** One that has ended and that nobody has asked about is gone, too: Linux tells (proc(5)). */
async function isAlive(sys: System, pid: string): Promise<boolean> {
  const state = /\)\s(\S)/u.exec(readTextIfExists(sys.fs, `/proc/${pid}/stat`) ?? "")?.[1];
  return state !== "Z" && (await ask(sys, [SH, "-c", `kill -0 ${pid}`])).exitCode === 0;
}
