import type { Static, TObject } from "typebox";
import type { CloudConfig } from "../config/cloud-config.ts";
import type { Distro } from "../distros/distro.ts";
import type { Instance } from "../instance/instance.ts";
import type { Paths } from "../instance/paths.ts";
import type { Ledger } from "../report/ledger.ts";
import type { Logger } from "../report/logger.ts";
import { parseConfig } from "../schema/parse-config.ts";
import type { System } from "../system/system.ts";
import type { Problem } from "../text/problem.ts";

/** How often a module runs: per instance-id, at each call, or once ever (compat config.md §6). */
export type Frequency = "once-per-instance" | "always" | "once";

export interface ModuleDefinition<S extends TObject> {
  /** Canonical, as its semaphore is named: "set_hostname". */
  readonly name: string;
  /** What the log shows as the file that speaks. Default: its name with ".ts". */
  readonly logName?: string;
  readonly title: string;
  /** Markdown: what it does on AIX and on Linux, and the source of the contract. */
  readonly description: string;
  /** For the table of keys: what it does on AIX, with which commands or files, in a sentence without its full stop. */
  readonly aix?: string;
  /** The same for Linux. */
  readonly linux?: string;
  readonly frequency: Frequency;
  /** The top-level keys it reads, all optional, each with a description. */
  readonly schema: S;
  /** Skipped unless one of these keys is in the configuration. Absent: always runs. */
  readonly activateByKeys?: readonly string[];
  /**
   * Lists whose items the module parses one by one from `ctx.cloudConfig`: there, an item that does
   * not fit must not move the others' places. They are not in the `config` that `run` gets.
   */
  readonly itemKeys?: readonly string[];
  /** Absent: all. */
  readonly distros?: readonly string[];
  /** YAML, each a whole #cloud-config; a test validates each one. */
  readonly examples: readonly string[];
  /** Values of the wrong type have been left out of `config` and reported by then. */
  run(ctx: ModuleContext, config: Static<S>): Promise<void>;
}

export interface ModuleContext {
  readonly sys: System;
  readonly distro: Distro;
  readonly instance: Instance;
  readonly paths: Paths;
  readonly log: Logger;
  readonly ledger: Ledger;
  /** The name as written in the list, for messages. */
  readonly entryName: string;
  /** "init", "modules-config", "single". Absent: there is no stage around. */
  readonly stage?: string;
  /** How often the module runs, by its list or of its own. Absent as `stage` is. */
  readonly frequency?: Frequency;
  /** From the list in cloud.cfg after the frequency, or from the command line. */
  readonly args: readonly string[];
  /** The whole merged configuration, without `system_info`. */
  readonly cloudConfig: CloudConfig;
  /** `system_info` of the configuration, for the default user. */
  readonly systemInfo: Readonly<Record<string, unknown>>;
  /** "root:system" on AIX, "root:root" elsewhere. */
  readonly rootOwner: string;
  /** Gives the machine its network, as init-local does, and records its own failures; returns how many. Absent: there is no stage around. */
  applyNetwork?(): Promise<number>;
  /** Records a failure (log at WARNING, status.json, exit code) and lets the module go on with the rest. */
  fail(problem: Problem | string, cause?: unknown): void;
  /** Where a key stands in what the user wrote; undefined where that is not known. */
  locate(
    path: readonly (string | number)[],
  ): { readonly source: string; readonly line: number } | undefined;
}

/** A module with its config type sealed in: `run` takes the raw merged config and parses its own keys. */
export interface ConfigModule extends Omit<ModuleDefinition<TObject>, "run"> {
  run(ctx: ModuleContext): Promise<void>;
}

/** Seals a definition: what of the configuration does not fit its schema is reported and left out, then the module runs. */
export function defineModule<S extends TObject>(definition: ModuleDefinition<S>): ConfigModule {
  const { run, ...rest } = definition;
  return {
    ...rest,
    async run(ctx) {
      const raw = withoutKeys(ctx.cloudConfig, definition.itemKeys ?? []);
      const { config, problems } = parseConfig(definition.schema, raw);
      for (const problem of problems) {
        ctx.fail(problem);
      }
      await run(ctx, config);
    },
  };
}

function withoutKeys(config: CloudConfig, keys: readonly string[]): CloudConfig {
  return keys.some((key) => Object.hasOwn(config, key))
    ? Object.fromEntries(Object.entries(config).filter(([key]) => !keys.includes(key)))
    : config;
}
