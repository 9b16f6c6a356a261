import { spawnSync } from "node:child_process";

/** Runs a program for a test and gives its standard output. Throws with its standard error where it fails. */
export function runTool(argv: readonly string[], options: { readonly cwd?: string } = {}): string {
  const [program = "", ...args] = argv;
  const result = spawnSync(program, args, { encoding: "utf8", timeout: 60_000, ...options });
  if (result.error !== undefined || result.status !== 0) {
    throw new Error(`"${argv.join(" ")}" failed: ${result.error?.message ?? result.stderr}`);
  }
  return result.stdout;
}

/** Why the program cannot be run here, or undefined where it can. */
export function findToolObstacle(program: string): string | undefined {
  const { error } = spawnSync(program, ["-version"], { timeout: 10_000 });
  return error === undefined ? undefined : `"${program}" cannot be run: ${error.message}`;
}
