import { isExecutable } from "../../modules/interpreter.ts";
import { CommandError } from "../../system/command-error.ts";
import type { System } from "../../system/system.ts";
import { errorMessage } from "../../text/error-message.ts";

/** A script of somebody else's that hangs must not keep the machine from its capture. */
const SCRIPT_TIMEOUT_MS = 600_000;

/** Runs the executables of `clean.d` in byte order of their names; what failed comes back, a sentence each. */
export async function runCleanParts(
  sys: System,
  directories: readonly string[],
): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const directory of directories) {
    for (const name of namesIn(sys, directory)) {
      const path = `${directory}/${name}`;
      if (!isExecutable(sys.fs, path)) {
        continue;
      }
      try {
        await sys.exec.run([path], {
          owner: "user",
          output: "inherit",
          timeoutMs: SCRIPT_TIMEOUT_MS,
        });
      } catch (error) {
        const why =
          error instanceof CommandError && error.exitCode !== undefined
            ? `exit code ${error.exitCode}`
            : errorMessage(error);
        failures.push(`Failure during run-parts of ${directory}: ${name}: ${why}`);
      }
    }
  }
  return failures;
}

function namesIn(sys: System, directory: string): readonly string[] {
  return sys.fs.stat(directory)?.kind === "directory" ? [...sys.fs.list(directory)].sort() : [];
}
