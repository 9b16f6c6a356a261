import { createPaths } from "../../src/instance/paths.ts";
import type { CloudConfig } from "../../src/config/cloud-config.ts";
import type { Distro } from "../../src/distros/distro.ts";
import type { Instance } from "../../src/instance/instance.ts";
import type { ConfigModule, ModuleContext } from "../../src/modules/module.ts";
import type { LedgerStep } from "../../src/report/ledger.ts";
import type { Logger } from "../../src/report/logger.ts";
import {
  createScriptedSystem,
  type ScriptedSystem,
  type ScriptedSystemOptions,
} from "../../src/simulator/scripted-system.ts";
import type { System } from "../../src/system/system.ts";
import { errorMessage } from "../../src/text/error-message.ts";
import { formatProblem, type Problem } from "../../src/text/problem.ts";

/** What a module finds when it runs in a test; everything has a default. */
export interface ModuleRunOptions {
  readonly config?: CloudConfig;
  readonly machine?: ScriptedSystemOptions;
  /** A machine of the test's own, e.g. a simulated AIX; `machine` is not used then. */
  readonly system?: System;
  readonly distro?: Distro;
  readonly instance?: Partial<Instance>;
  readonly entryName?: string;
  readonly args?: readonly string[];
  readonly systemInfo?: Readonly<Record<string, unknown>>;
  /** Line of user-data by key path, e.g. { "write_files.2": 27 }. */
  readonly lines?: Readonly<Record<string, number>>;
}

/** What the module did. */
export interface ModuleRun extends Pick<ScriptedSystem, "changes" | "commands" | "output"> {
  readonly system: System;
  /** Messages given to `fail`, then the message it threw, if any; with their line where it is known. */
  readonly failures: readonly string[];
  readonly ledger: readonly LedgerStep[];
  /** "LEVEL message", in order. */
  readonly log: readonly string[];
}

/** Cloud_dir of the machine in the test. */
export const CLOUD_DIR = "/var/lib/cloud";

/** Directory of the instance "i-test". */
export const INSTANCE_DIR = `${CLOUD_DIR}/instances/i-test`;

/** Runs one module on one machine with one cloud-config, as the module runner does. */
export async function runModule(
  module: ConfigModule,
  options: ModuleRunOptions = {},
): Promise<ModuleRun> {
  const scripted = createScriptedSystem(options.machine);
  const run = createModuleContext(options.system ?? scripted.system, options);
  try {
    await module.run(run.ctx);
  } catch (error) {
    run.failures.push(errorMessage(error));
  }
  return {
    system: run.ctx.sys,
    changes: scripted.changes,
    commands: scripted.commands,
    output: scripted.output,
    failures: run.failures,
    ledger: run.ledger,
    log: run.log,
  };
}

/** A context that collects what is recorded, logged and failed. */
export function createModuleContext(
  sys: System,
  options: ModuleRunOptions = {},
): {
  readonly ctx: ModuleContext;
  readonly failures: string[];
  readonly ledger: LedgerStep[];
  readonly log: string[];
} {
  const failures: string[] = [];
  const ledger: LedgerStep[] = [];
  const log: string[] = [];
  const isAix = sys.process.platform === "aix";
  const ctx: ModuleContext = {
    sys,
    distro: options.distro ?? createTestDistro(sys),
    instance: createTestInstance(options.instance),
    paths: createPaths({
      cloudDir: CLOUD_DIR,
      runDir: "/run/cloud-init",
      templatesDir: "/etc/cloud/templates",
      configFile: "/etc/cloud/cloud.cfg",
      logDir: "/var/log",
    }),
    log: createTestLogger(log),
    ledger: { record: (step) => ledger.push(step) },
    entryName: options.entryName ?? "module",
    args: options.args ?? [],
    cloudConfig: options.config ?? {},
    systemInfo: options.systemInfo ?? {},
    rootOwner: isAix ? "root:system" : "root:root",
    fail(problem: Problem | string) {
      const message = typeof problem === "string" ? problem : formatProblem(problem);
      failures.push(message);
      log.push(`WARNING ${message}`);
    },
    locate(path) {
      const line = options.lines?.[path.join(".")];
      return line === undefined ? undefined : { source: "user-data", line };
    },
  };
  return { ctx, failures, ledger, log };
}

/** A logger that writes "LEVEL message" to a list. */
export function createTestLogger(lines: string[]): Logger {
  return {
    debug: (message) => lines.push(`DEBUG ${message}`),
    info: (message) => lines.push(`INFO ${message}`),
    warn: (message) => lines.push(`WARNING ${message}`),
    error: (message) => lines.push(`ERROR ${message}`),
  };
}

/** An instance "i-test" of a config drive. */
export function createTestInstance(given: Partial<Instance> = {}): Instance {
  return {
    id: "i-test",
    datasource: "ConfigDrive",
    description: "DataSourceConfigDrive [net,ver=2][source=cd0]",
    platform: "openstack",
    dsmode: "net",
    publicKeys: [],
    files: [],
    rawMetadata: {},
    ...given,
  };
}

/** A distro that knows its name and uptime; a test that needs an adapter gives a distro of its own. */
export function createTestDistro(sys: System): Distro {
  const isAix = sys.process.platform === "aix";
  const missing = async (): Promise<never> => {
    throw new Error("This test's distro has no such adapter");
  };
  return {
    name: isAix ? "aix" : "debian",
    family: isAix ? "aix" : "debian",
    readMachineId: async () => undefined,
    readUptimeSeconds: async () => sys.clock.uptimeSeconds(),
    hostname: { read: missing, ensure: missing },
    resolver: { findName: missing },
    users: {
      find: missing,
      ensureUser: missing,
      ensureGroup: missing,
      setPassword: missing,
      ensurePasswordExpired: missing,
      ensurePasswordLocked: missing,
      ensureSudoRules: missing,
      ensureAuthorizedKeys: missing,
      ensureUnlocked: missing,
      ensureAccountLocked: missing,
    },
    network: { adapters: missing, ensure: missing, read: missing },
    services: { ensureRunning: missing, ensureStopped: missing, restart: missing },
    storage: { findDiscs: missing },
    locale: { ensureLocale: missing, ensureTimezone: missing },
  };
}
