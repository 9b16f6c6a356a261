import type { ScriptedSystemOptions } from "../../src/simulator/scripted-system.ts";
import { finishCommand } from "../../src/system/finish-command.ts";
import type { Exec, ExecOptions, ExecResult, System } from "../../src/system/system.ts";

type Commands = NonNullable<ScriptedSystemOptions["commands"]>;

/** A machine that answers some commands from a table instead. */
export interface MachineWithCommands {
  readonly system: System;
  /** Command lines of the table that `exec.run` was given, in order. */
  readonly ran: string[];
}

/**
 * `system` with the commands of a table in front of its own, keyed as those of a scripted system:
 * the whole argv joined by blanks, or argv[0].
 */
export function withCommands(system: System, commands: Commands): MachineWithCommands {
  const ran: string[] = [];
  const answer = async (
    kind: "query" | "run",
    argv: readonly string[],
    options: ExecOptions = {},
  ): Promise<ExecResult> => {
    const line = argv.join(" ");
    const key = [line, argv[0] ?? ""].find((candidate) => Object.hasOwn(commands, candidate));
    const script = key === undefined ? undefined : commands[key];
    if (script === undefined) {
      return system.exec[kind](argv, options);
    }
    if (kind === "run") {
      ran.push(line);
    }
    const said = typeof script === "function" ? script(argv, options) : script;
    return finishCommand(argv, options, {
      exitCode: 0,
      stdout: "",
      stderr: "",
      timedOut: false,
      durationMs: 1,
      ...(typeof said === "string" ? { stdout: said } : said),
    });
  };
  const exec: Exec = {
    query: (argv, options) => answer("query", argv, options),
    run: (argv, options) => answer("run", argv, options),
  };
  return { system: { ...system, exec }, ran };
}
