// `npm test -- --node [FILTER…]`: the suite on Node.js, each file in one of as many processes as
// there are processors. `--node="COMMAND ARGUMENT…"` names another Node.js than the one in PATH.
// With --node="node --enable-source-maps" a failure shows the lines of the sources, but it takes longer.
// A filter that begins with "/" is a file of tests itself, whatever its name.
// Ends with "N passed, N failed, N skipped"; --results=FILE writes the same as JSON.
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { bundleTests } from "./node-tests/bundle-tests.ts";
import { LEFT_OUT, reasonToLeaveOut } from "./node-tests/left-out.ts";
import type { Outcome } from "./node-tests/run-suite.ts";
import type { Job, JobResult } from "./node-tests/worker.ts";

const ROOT = join(import.meta.dir, "..");
const TESTS = join(ROOT, "test");
const OUTDIR = join(ROOT, "dist", "node-tests");
/** Of one file, in which a process may be busy without asking anybody. */
const FILE_TIMEOUT_MS = 180_000;
const SLOWEST_SHOWN = 12;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const value = (name: string): string | undefined =>
    args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  const filters = args.filter((arg) => !arg.startsWith("--"));
  const runtime = (value("node") ?? "node").split(" ");
  const sources = findTests(filters);
  const started = performance.now();
  const { worker, jobs } = await bundleTests(sources, value("outdir") ?? OUTDIR);
  const built = performance.now();
  console.log(`${jobs.length} files of tests, built in ${Math.round(built - started)} ms`);
  const tally = { passed: 0, failed: 0, skipped: 0 };
  const durations: [string, number][] = [];
  await runAll([...runtime, worker], jobs, (result) => {
    durations.push([result.source, result.durationMs]);
    for (const outcome of result.outcomes) {
      tally[outcome.state] += 1;
      report(result.source, outcome);
    }
  });
  for (const [path, reason] of filters.length === 0 ? Object.entries(LEFT_OUT) : []) {
    console.log(`left out: test/${path} ${reason}`);
  }
  for (const [source, ms] of durations.sort((a, b) => b[1] - a[1]).slice(0, SLOWEST_SHOWN)) {
    console.log(`${String(Math.round(ms)).padStart(7)} ms  ${source.slice(ROOT.length + 1)}`);
  }
  const seconds = ((performance.now() - built) / 1000).toFixed(1);
  console.log(
    `${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped on Node.js, in ${seconds} s`,
  );
  const results = value("results");
  if (results !== undefined) {
    writeFileSync(results, JSON.stringify(tally));
  }
  return tally.failed > 0 || tally.passed === 0 ? 1 : 0;
}

/** The largest first: a long one must not begin when all others have ended. */
function findTests(filters: readonly string[]): string[] {
  const named = filters.filter((filter) => filter.startsWith("/"));
  if (named.length > 0) {
    return named;
  }
  return readdirSync(TESTS, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts") && reasonToLeaveOut(name) === undefined)
    .map((name) => join(TESTS, name))
    .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)))
    .map((path) => ({ path, size: statSync(path).size }))
    .sort((a, b) => b.size - a.size || (a.path < b.path ? -1 : 1))
    .map(({ path }) => path);
}

async function runAll(
  argv: readonly string[],
  jobs: readonly Job[],
  take: (result: JobResult) => void,
): Promise<void> {
  const queue = [...jobs];
  const lanes = Array.from({ length: availableParallelism() }, async () => {
    while (queue.length > 0) {
      await runWorker(argv, queue, take);
    }
  });
  await Promise.all(lanes);
}

/** One process takes files until none is left or it dies: then its file has failed. */
async function runWorker(
  argv: readonly string[],
  queue: Job[],
  take: (result: JobResult) => void,
): Promise<void> {
  const [program = "", ...args] = argv;
  const child = spawn(program, args, {
    cwd: ROOT,
    stdio: ["pipe", "inherit", "inherit", "pipe"],
  });
  let job: Job | undefined;
  let timer: NodeJS.Timeout | undefined;
  const next = (): void => {
    clearTimeout(timer);
    job = queue.shift();
    if (job === undefined) {
      child.stdin?.end();
      return;
    }
    child.stdin?.write(`${JSON.stringify(job)}\n`);
    timer = setTimeout(() => child.kill("SIGKILL"), FILE_TIMEOUT_MS);
  };
  const ended = new Promise<string>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) => resolve(`it ended with ${signal ?? `exit code ${code}`}`));
  });
  child.stdin?.on("error", () => {});
  createInterface({ input: answersOf(child) }).on("line", (line) => {
    take(JSON.parse(line) as JobResult);
    next();
  });
  next();
  const why = await ended;
  clearTimeout(timer);
  if (job !== undefined) {
    const message = `The process that ran this file did not answer: ${why}`;
    take({
      source: job.source,
      durationMs: 0,
      outcomes: [{ name: "(the whole file)", state: "failed", message, durationMs: 0 }],
    });
  }
}

function answersOf(child: ChildProcess): Readable {
  return child.stdio[3] as Readable;
}

function report(source: string, outcome: Outcome): void {
  if (outcome.state === "failed") {
    const file = source.slice(ROOT.length + 1);
    console.log(`(fail) ${file}: ${outcome.name}\n${outcome.message.replace(/^/gmu, "    ")}`);
  }
}
