// Runs on Node.js: reads the files to run from standard input, one JSON object a line, and answers
// each with its outcomes on descriptor 3. Tests write what they like to the other descriptors.
import "./bun-global.ts";
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { collect } from "./declare.ts";
import { blameRunningTest, failed, type Outcome, runSuite } from "./run-suite.ts";

/** A file of tests: the source, and the module that was built of it (a URL). */
export interface Job {
  readonly source: string;
  readonly module: string;
}

/** The answer to a job. */
export interface JobResult {
  readonly source: string;
  readonly outcomes: readonly Outcome[];
  readonly durationMs: number;
}

const ANSWERS = 3;

process.on("uncaughtException", blameRunningTest);
process.on("unhandledRejection", blameRunningTest);
main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});

async function main(): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const job = JSON.parse(line) as Job;
    const started = performance.now();
    const outcomes = await runFile(job);
    const durationMs = performance.now() - started;
    const result: JobResult = { source: job.source, outcomes, durationMs };
    send(Buffer.from(`${lineOf(result)}\n`));
  }
  // What tests left open must not keep this process.
  process.exit(0);
}

async function runFile(job: Job): Promise<Outcome[]> {
  try {
    return await runSuite(await collect(async () => import(job.module)), job.source);
  } catch (error) {
    return [failed("(the file loads)", { error })];
  }
}

/** Readers of lines take these two characters for ends as well. */
function lineOf(value: unknown): string {
  return JSON.stringify(value)
    .replace(/\u2028/gu, "\\u2028")
    .replace(/\u2029/gu, "\\u2029");
}

function send(bytes: Buffer): void {
  let offset = 0;
  while (offset < bytes.length) {
    offset += attemptWrite(bytes, offset);
  }
}

/** The other end is a socket that takes no more than it has room for. */
function attemptWrite(bytes: Buffer, offset: number): number {
  try {
    return writeSync(ANSWERS, bytes, offset);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EAGAIN") {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      return 0;
    }
    throw error;
  }
}
