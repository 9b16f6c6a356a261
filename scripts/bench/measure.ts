// Processor time and memory of a whole tree of processes, by the kernel's own accounting.

export interface Usage {
  /** User and system time of the process and of all descendants that were waited for. */
  readonly cpuMs: number;
  /** Of the largest process of the tree. */
  readonly maxRssMiB: number;
}

/** Runs a command to its end. Throws where it does not end with 0, unless `anyExit`. */
export function measure(argv: readonly string[], anyExit = false): Usage {
  const result = Bun.spawnSync([...argv], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
    env: environment(),
  });
  if (result.exitCode !== 0 && !anyExit) {
    throw new Error(
      `"${argv.join(" ")}" ended with ${result.exitCode}: ${result.stderr.toString()}`,
    );
  }
  const { cpuTime, maxRSS } = result.resourceUsage;
  return { cpuMs: Number(cpuTime.total) / 1_000, maxRssMiB: maxRSS / 1_048_576 };
}

/** Next to none, as at boot: with NODE_EXTRA_CA_CERTS, say, Node.js reads certificates at each start. */
function environment(): Record<string, string> {
  const { PATH = "", TMPDIR } = process.env;
  return { PATH, ...(TMPDIR === undefined ? {} : { TMPDIR }) };
}

export interface Figure {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Minimum, median and maximum of at least one value. */
export function summarize(values: readonly number[]): Figure {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return { min: at(0), median: at(Math.floor(sorted.length / 2)), max: at(sorted.length - 1) };
}

/** Runs the candidates in turn, A B C A B C …, so that a machine that changes its speed changes it for all. */
export async function alternate<T>(
  candidates: Readonly<Record<string, () => Promise<T> | T>>,
  rounds: number,
): Promise<Readonly<Record<string, readonly T[]>>> {
  const results: Record<string, T[]> = {};
  // The first round warms the caches and is not counted.
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(candidates)) {
      const result = await run();
      if (round >= 0) {
        (results[name] ??= []).push(result);
      }
    }
  }
  return results;
}
