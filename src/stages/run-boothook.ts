import { readTimeLimit } from "../config/time-limits.ts";
import type { Instance } from "../instance/instance.ts";
import { findScriptStart } from "../modules/interpreter.ts";
import { runUserCommand } from "../modules/run-user-command.ts";
import { searchDirectories } from "../modules/user-environment.ts";
import { formatProblem } from "../text/problem.ts";
import type { RunScript } from "../userdata/run-script.ts";
import type { StageFrame } from "./stage-frame.ts";

/** Runs boothooks as scripts_user runs scripts: its own step in the ledger, its output in the stage's. */
export function createScriptRunner(frame: StageFrame, instance: Instance): RunScript {
  const ctx = { sys: frame.sys, instance, ledger: frame.ledger.forModule(undefined) };
  return async ({ path, cloudConfig }) => {
    const read = readTimeLimit({ ...frame.baseConfig, ...cloudConfig }, "boothooks");
    if (read.problem !== undefined) {
      frame.log.warn(formatProblem(read.problem));
    }
    const start = findScriptStart(frame.sys.fs, path, searchDirectories(ctx));
    return runUserCommand(ctx, {
      kind: "script",
      what: path,
      argv: start.argv,
      doubt: start.doubt,
      limit: read.limit,
    });
  };
}
