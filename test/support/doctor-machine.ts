import { runCli } from "../../src/cli/cli.ts";
import type { DoctorJson } from "../../src/cli/doctor/render-doctor.ts";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import type { System } from "../../src/system/system.ts";
import { createMachine, type MachineOptions } from "./sample-machine.ts";

/** Where `install` puts the program on AIX. */
export const PROGRAM = "/opt/freeware/bin/cloud-init";

/** What a command said, and how it ended. */
export interface Said {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Runs `cloud-init ARGS` on a machine. */
export async function runProgram(sys: System, args: readonly string[]): Promise<Said> {
  const out = { stdout: "", stderr: "" };
  const ctx = {
    sys,
    stdout: (text: string) => void (out.stdout += text),
    stderr: (text: string) => void (out.stderr += text),
    exitCode: 0,
  };
  await runCli("cloud-init", args, ctx);
  return { ...out, exitCode: ctx.exitCode };
}

/** What `doctor --format json` tells. Throws with what it said on standard error. */
export async function doctor(sys: System): Promise<DoctorJson> {
  const said = await runProgram(sys, ["doctor", "--format", "json"]);
  if (said.stderr !== "") {
    throw new Error(said.stderr);
  }
  const told = JSON.parse(said.stdout) as DoctorJson;
  if (told.exit_code !== said.exitCode) {
    throw new Error(`doctor ended with ${said.exitCode} and tells ${told.exit_code}`);
  }
  return told;
}

/** A simulated AIX with the program installed, not booted since. */
export async function installedAix(options: MachineOptions = {}): Promise<SimulatedAix> {
  const aix = createMachine({ ...options, files: { [PROGRAM]: "program", ...options.files } });
  const said = await runProgram(aix.system, ["install"]);
  if (said.exitCode !== 0) {
    throw new Error(said.stderr);
  }
  return aix;
}
