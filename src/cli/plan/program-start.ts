import { findScriptStart } from "../../modules/interpreter.ts";
import { commandEnvironment } from "../../system/command-environment.ts";
import { isFile } from "../../system/files.ts";
import type { ExecResult, System } from "../../system/system.ts";

/** Of a script whose interpreter is not there, as a shell reports it. */
const NOT_FOUND: Partial<ExecResult> = { exitCode: 127 };

/**
 * How user code ends in a plan: as a success, unless it is a script that the machine cannot start.
 * What it does is not known.
 */
export function findProgramStart(sys: System, argv: readonly string[]): Partial<ExecResult> {
  const script = [...argv].reverse().find((word) => word.startsWith("/") && isFile(sys.fs, word));
  // After a shell the first line of a script is a comment.
  if (script === undefined || script !== argv[0]) {
    return {};
  }
  const { PATH = "" } = commandEnvironment(sys.process, "user");
  const { doubt } = findScriptStart(sys.fs, script, PATH.split(":"));
  return doubt === undefined ? {} : NOT_FOUND;
}
