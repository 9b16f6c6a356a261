import type { CommandJson, SelfTestJson } from "../../src/cli/doctor/selftest/self-test-json.ts";
import type { SelfTestCheck } from "../../src/cli/doctor/selftest/self-test.ts";
import { runSelfTest } from "../../src/cli/doctor/selftest/self-test.ts";
import { createAixSelfTest } from "../../src/distros/aix/self-test.ts";
import { finishCommand } from "../../src/system/finish-command.ts";
import type { ExecResult, System } from "../../src/system/system.ts";
import { runProgram } from "./doctor-machine.ts";

/** The questions of an AIX, without the tests of the platform. */
export function askAix(sys: System): Promise<readonly SelfTestCheck[]> {
  return runSelfTest(sys, { tests: [], adapter: createAixSelfTest() });
}

/** The one check of this name. */
export function checkOf(checks: readonly SelfTestCheck[], name: string): SelfTestCheck {
  const found = checks.find((check) => check.name === name);
  if (found === undefined) {
    throw new Error(
      `There is no check "${name}" in ${checks.map((check) => check.name).join(" ")}`,
    );
  }
  return found;
}

/** What `doctor --selftest --format json` tells. Throws with what it said on standard error. */
export async function selfTestOf(sys: System): Promise<SelfTestJson> {
  const said = await runProgram(sys, ["doctor", "--selftest", "--format", "json"]);
  if (said.stderr !== "") {
    throw new Error(said.stderr);
  }
  const told = JSON.parse(said.stdout) as SelfTestJson;
  if (told.exit_code !== said.exitCode) {
    throw new Error(`It ended with ${said.exitCode} and tells ${told.exit_code}`);
  }
  return told;
}

/** The same machine; a command whose line begins with `start` answers otherwise. */
export function answeringOtherwise(
  base: System,
  start: string,
  change: (result: ExecResult) => Partial<ExecResult>,
): System {
  return {
    ...base,
    exec: {
      ...base.exec,
      async query(argv, options = {}) {
        if (!argv.join(" ").startsWith(start)) {
          return base.exec.query(argv, options);
        }
        const result = await base.exec.query(argv, { ...options, okExitCodes: "any" });
        return finishCommand(argv, options, { ...result, ...change(result) });
      },
    },
  };
}

/** The same files; commands answer as they did when the JSON was made. What was not asked then throws. */
export function replaying(base: System, json: SelfTestJson): System {
  const known = new Map<string, CommandJson[]>();
  for (const command of json.checks.flatMap(({ commands }) => commands)) {
    const key = command.argv.join(" ");
    known.set(key, [...(known.get(key) ?? []), command]);
  }
  return {
    ...base,
    exec: {
      run: (argv) => Promise.reject(new Error(`"${argv.join(" ")}" is a change`)),
      async query(argv, options = {}) {
        const found = known.get(argv.join(" "))?.[0];
        if (found === undefined) {
          throw new Error(`Nobody asked "${argv.join(" ")}"`);
        }
        return finishCommand(argv, options, {
          exitCode: found.exit_code,
          timedOut: found.timed_out,
          durationMs: found.duration_ms,
          stdout: found.stdout,
          stderr: found.stderr,
        });
      },
    },
  };
}
