import { expect } from "bun:test";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { runSingle, type SingleOptions } from "../../src/stages/run-single.ts";
import { runStage, type StageCommand } from "../../src/stages/run-stage.ts";
import type { StageOptions } from "../../src/stages/stage.ts";
import { runBoot } from "./boot-scenario.ts";
import { createMachine, type MachineOptions, sampleDrive } from "./sample-machine.ts";

/** Exit codes of a boot on which nothing goes wrong. */
export const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };

const OPTIONS: StageOptions = { configFiles: [], force: false, debug: false };

/** A machine after its first boot; the sample drive unless another is given. */
export async function bootMachine(options: MachineOptions = {}): Promise<SimulatedAix> {
  const aix = createMachine({ drive: sampleDrive(), ...options });
  expect(await runBoot(aix)).toEqual(CLEAN);
  return aix;
}

/** `cloud-init init`, `cloud-init modules --mode …` by hand. */
export function stage(
  aix: SimulatedAix,
  name: StageCommand,
  options: Partial<StageOptions> = {},
): Promise<number> {
  return runStage(name, aix.system, { ...OPTIONS, ...options });
}

/** `cloud-init single --name …` by hand. */
export function single(
  aix: SimulatedAix,
  name: string,
  options: Partial<SingleOptions> = {},
): Promise<number> {
  return runSingle(aix.system, { ...OPTIONS, args: [], ...options, name });
}
