import type { CommandContext, CommandOutcome } from "./command.ts";
import { type AixMachine, type Subsystem, takePid } from "./machine.ts";
import { beginService, forgetLearned } from "./network-services.ts";

/** The subsystems that one call names, with what was wrong with the name. */
export type SubsystemChoice =
  | { readonly found: readonly Subsystem[] }
  | { readonly missing: CommandOutcome };

/** Lets stopping subsystems end whose time has come. */
export function settleSubsystems(machine: AixMachine, nowMs: number): void {
  for (const subsystem of machine.subsystems) {
    if (subsystem.state === "stopping" && (subsystem.stoppedAtMs ?? 0) <= nowMs) {
      subsystem.state = "inoperative";
      delete subsystem.pid;
      delete subsystem.stoppedAtMs;
      delete subsystem.startedAtMs;
      forgetLearned(machine, subsystem.name);
    }
  }
}

/** By -s NAME or -g GROUP. The messages for unknown ones go to standard output, as SRC has it. */
export function chooseSubsystems(
  machine: AixMachine,
  name: string | undefined,
  group: string | undefined,
): SubsystemChoice {
  const found = machine.subsystems.filter((subsystem) =>
    name === undefined ? subsystem.group === group : subsystem.name === name,
  );
  if (found.length > 0) {
    return { found };
  }
  const stdout =
    name === undefined
      ? `0513-086 The ${group ?? ""} Group is not on file.\n`
      : `0513-085 The ${name} Subsystem is not on file.\n`;
  return { missing: { exitCode: 1, stdout, stderr: "" } };
}

/** Starts one; an active one is refused. */
export function startSubsystem(ctx: CommandContext, subsystem: Subsystem): CommandOutcome {
  settleSubsystems(ctx.machine, ctx.nowMs);
  if (subsystem.state !== "inoperative") {
    return {
      exitCode: 1,
      stdout: "",
      stderr: `0513-029 The ${subsystem.name} Subsystem is already active.\nMultiple instances are not supported.\n`,
    };
  }
  subsystem.state = "active";
  subsystem.pid = takePid(ctx.machine);
  beginService(ctx.fs, subsystem, ctx.nowMs);
  return {
    exitCode: 0,
    stdout: `0513-059 The ${subsystem.name} Subsystem has been started. Subsystem PID is ${subsystem.pid}.\n`,
    stderr: "",
  };
}

/** Asks one to stop; it ends some time later. */
export function stopSubsystem(ctx: CommandContext, subsystem: Subsystem): CommandOutcome {
  settleSubsystems(ctx.machine, ctx.nowMs);
  if (subsystem.state === "inoperative") {
    return {
      exitCode: 1,
      stdout: "",
      stderr: `0513-004 The Subsystem or Group, ${subsystem.name}, is currently inoperative.\n`,
    };
  }
  if (subsystem.state === "active") {
    subsystem.state = "stopping";
    subsystem.stoppedAtMs = ctx.nowMs + ctx.machine.faults.stopTakesMs;
  }
  return {
    exitCode: 0,
    stdout: `0513-044 The ${subsystem.name} Subsystem was requested to stop.\n`,
    stderr: "",
  };
}

/** Several outcomes as one: the texts in order, the worst exit code. */
export function joinOutcomes(outcomes: readonly CommandOutcome[]): CommandOutcome {
  return {
    exitCode: Math.max(0, ...outcomes.map(({ exitCode }) => exitCode)),
    stdout: outcomes.map(({ stdout }) => stdout).join(""),
    stderr: outcomes.map(({ stderr }) => stderr).join(""),
  };
}
