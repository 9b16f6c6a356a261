import { spawnSync } from "node:child_process";

/** CPU time in milliseconds that a command and all its children used, and how it ended. */
export interface TimedCommand {
  readonly cpuMs: number;
  readonly exitCode: number;
}

/**
 * A script for ksh93 or bash that runs the commands one after the other, and says on standard error
 * what each used, in milliseconds: user and system time of the whole tree of processes.
 */
export function timingScript(commands: readonly string[]): string {
  const lines = commands.map((command) => `time ${command}\necho "${MARK} exit $?" >&2`);
  return `TIMEFORMAT='${MARK} cpu %3U %3S'\n${lines.join("\n")}\n`;
}

/** What a timing script said, in the order of its commands. */
export function parseTimings(stderr: string): readonly TimedCommand[] {
  const cpus = [...stderr.matchAll(CPU)].map(([, user, system]) => Number(user) + Number(system));
  const exits = [...stderr.matchAll(EXIT)].map(([, exitCode]) => Number(exitCode));
  return cpus.map((seconds, index) => ({
    cpuMs: seconds * 1_000,
    exitCode: exits[index] ?? Number.NaN,
  }));
}

const MARK = "@bench";
const CPU = new RegExp(`^${MARK} cpu ([\\d.]+) ([\\d.]+)$`, "gmu");
const EXIT = new RegExp(`^${MARK} exit (\\d+)$`, "gmu");

/** Runs a command to its end and throws where that fails; standard error of it. */
export function runForStderr(argv: readonly string[]): string {
  const [program = "", ...args] = argv;
  const result = spawnSync(program, args, {
    encoding: "utf8",
    maxBuffer: Number.POSITIVE_INFINITY,
    stdio: ["ignore", "ignore", "pipe"],
  });
  if (result.status !== 0) {
    throw new Error(`"${argv.join(" ")}" ended with ${result.status}: ${result.stderr}`);
  }
  return result.stderr;
}
