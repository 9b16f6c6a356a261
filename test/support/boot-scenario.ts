import { openIso9660 } from "../../src/iso9660/open-iso9660.ts";
import type { SimulatedAix, SimulatedAixOptions } from "../../src/simulator/aix/simulated-aix.ts";
import { bootSimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { defaultConfigFiles } from "../../src/config/default-cloud-cfg.ts";
import { runStage } from "../../src/stages/run-stage.ts";
import type { System } from "../../src/system/system.ts";
import type { StageName } from "../../src/stages/stage.ts";

export const STAGES: readonly StageName[] = [
  "init-local",
  "init",
  "modules-config",
  "modules-final",
];

/** A simulated AIX with the agent's default configuration installed. */
export function createScenario(options: SimulatedAixOptions = {}): SimulatedAix {
  const config = defaultConfigFiles("aix").map(({ name, content }) => [
    `/opt/freeware/etc/cloud/${name}`,
    content,
  ]);
  return bootSimulatedAix({
    readDisc: (file) => openIso9660(file).tree,
    ...options,
    files: { ...Object.fromEntries(config), ...options.files },
  });
}

/** Runs the four stages of one boot; exit codes by stage. */
export async function runBoot(machine: {
  readonly system: System;
}): Promise<Readonly<Record<StageName, number>>> {
  const codes: Record<StageName, number> = {
    "init-local": -1,
    init: -1,
    "modules-config": -1,
    "modules-final": -1,
  };
  for (const stage of STAGES) {
    codes[stage] = await runStage(stage, machine.system, {
      configFiles: [],
      force: false,
      debug: false,
    });
  }
  return codes;
}
