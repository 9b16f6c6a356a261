import { spawn } from "node:child_process";

/** How a machine ran, from power on to power off. */
export interface MachineRun {
  /** What it wrote to its console. */
  readonly console: string;
  readonly durationMs: number;
  /** It did not switch itself off in time. */
  readonly isTimedOut: boolean;
  readonly exitCode: number | null;
}

const CONSOLE_BYTES_MAX = 8 * 1024 * 1024;

/** Runs a QEMU whose console is its standard output, and kills it at the deadline. */
export async function runMachine(argv: readonly string[], deadlineMs: number): Promise<MachineRun> {
  const [program = "", ...args] = argv;
  const started = performance.now();
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const add = (chunk: string): void => {
    if (output.length < CONSOLE_BYTES_MAX) {
      output += chunk;
    }
  };
  child.stdout.setEncoding("utf8").on("data", add);
  child.stderr.setEncoding("utf8").on("data", add);
  let isTimedOut = false;
  const timer = setTimeout(() => {
    isTimedOut = true;
    child.kill("SIGKILL");
  }, deadlineMs);
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    const durationMs = Math.round(performance.now() - started);
    return { console: output.replaceAll("\r", ""), durationMs, isTimedOut, exitCode };
  } finally {
    clearTimeout(timer);
  }
}
