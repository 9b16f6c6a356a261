import type { CloudConfig } from "../../src/config/cloud-config.ts";
import { createAix } from "../../src/distros/aix/aix.ts";
import { createLinux } from "../../src/distros/linux/linux.ts";
import type { ConfigModule } from "../../src/modules/module.ts";
import {
  bootSimulatedAix,
  type SimulatedAix,
  type SimulatedAixOptions,
} from "../../src/simulator/aix/simulated-aix.ts";
import {
  createScriptedSystem,
  type ScriptedSystemOptions,
} from "../../src/simulator/scripted-system.ts";
import type { Change } from "../../src/system/change.ts";
import { readText } from "../../src/system/files.ts";
import type { ExecOptions, ExecResult, System } from "../../src/system/system.ts";
import { createTestLogger, type ModuleRun, runModule } from "./module-context.ts";

/** A machine on which modules of agents run, and what they did to it. */
export interface AgentMachine {
  readonly system: System;
  run(module: ConfigModule, config: CloudConfig): Promise<ModuleRun>;
  /** Command lines that changed something, or were the agent's, and "write PATH"; from `mark` on. */
  did(mark?: number): readonly string[];
  mark(): number;
  text(path: string): string;
  mode(path: string): string | undefined;
  /** Options of the runs of agents' programs, in order. */
  readonly agentRuns: readonly {
    readonly argv: readonly string[];
    readonly options: ExecOptions;
  }[];
}

/** How a program of an agent's ends; absent: with exit code 0. */
export type AgentCode = (
  argv: readonly string[],
  options: ExecOptions,
) => Partial<ExecResult> | undefined;

/** A simulated AIX. */
export function agentAix(
  options: Omit<SimulatedAixOptions, "userCode"> & { readonly code?: AgentCode } = {},
): AgentMachine & { readonly aix: SimulatedAix } {
  const { code, ...seed } = options;
  const agentRuns: { argv: readonly string[]; options: ExecOptions }[] = [];
  const aix = bootSimulatedAix({
    ...seed,
    userCode(argv, given) {
      agentRuns.push({ argv, options: given });
      return code?.(argv, given) ?? {};
    },
  });
  const distro = createAix({ sys: aix.system, log: createTestLogger([]), systemInfo: {} });
  return { aix, ...watch(aix.system, distro, aix.changes, agentRuns) };
}

/** A Linux whose commands are a table; `code` answers for the agents' programs. */
export function agentLinux(
  name: "debian" | "rhel",
  options: ScriptedSystemOptions & { readonly code?: AgentCode } = {},
): AgentMachine {
  const agentRuns: { argv: readonly string[]; options: ExecOptions }[] = [];
  const { code, ...rest } = options;
  const machine = createScriptedSystem(rest);
  const { exec } = machine.system;
  const system: System = {
    ...machine.system,
    exec: {
      query: exec.query,
      async run(argv, given = {}) {
        if (given.owner !== "user") {
          return exec.run(argv, given);
        }
        agentRuns.push({ argv, options: given });
        machine.changes.push({ kind: "command", argv, hasStdin: false, owner: "user" });
        const said = code?.(argv, given) ?? {};
        return { exitCode: 0, stdout: "", stderr: "", timedOut: false, durationMs: 1, ...said };
      },
    },
  };
  const distro = createLinux({ sys: system, log: createTestLogger([]), systemInfo: {} }, name);
  return watch(system, distro, machine.changes, agentRuns);
}

function watch(
  system: System,
  distro: ReturnType<typeof createAix>,
  changes: readonly Change[],
  agentRuns: AgentMachine["agentRuns"],
): AgentMachine {
  return {
    system,
    agentRuns,
    run: (module, config) => runModule(module, { system, distro, config }),
    did: (mark = 0) =>
      changes.slice(mark).map((change) => {
        if (change.kind === "command") {
          return change.argv.join(" ");
        }
        return "path" in change ? `${change.kind} ${change.path}` : change.kind;
      }),
    mark: () => changes.length,
    text: (path) => readText(system.fs, path),
    mode: (path) => system.fs.stat(path)?.mode.toString(8).padStart(4, "0"),
  };
}
