import type { CloudConfig } from "../config/cloud-config.ts";
import type { Distro } from "../distros/distro.ts";
import type { Paths } from "../instance/paths.ts";
import type { SystemFacts } from "../instance/system-facts.ts";
import type { StageLedger } from "../report/ledger-file.ts";
import type { Logger } from "../report/logger.ts";
import type { EventReporter } from "../report/report-event.ts";
import type { Secrets } from "../report/secrets.ts";
import type { StageLog } from "../report/stage-log.ts";
import type { Change } from "../system/change.ts";
import type { System } from "../system/system.ts";
import type { Semaphore } from "./semaphores.ts";
import type { ConfigStore } from "./config-store.ts";
import type { EventReporting } from "./event-reporting.ts";

/** The one piece of work that runs now. */
export interface StageProgress {
  work?: {
    readonly semaphore: Semaphore | undefined;
    /** A script or command of the user's has begun in it. */
    isUserCode: boolean;
  };
}

/** What surrounds the work of one stage, or of `single`: set up once by `openFrame`. */
export interface StageFrame {
  /** "init-local", "modules-config", "single", …: `stage` of ledger entries. */
  readonly name: string;
  /** The machine, with every change logged and counted. For the work itself. */
  readonly sys: System;
  /** The machine unobserved: for the agent's own state files. */
  readonly base: System;
  readonly distro: Distro;
  readonly rootOwner: string;
  /** Names and levels of the system; asked for once in a stage. */
  readSystemFacts(): Promise<SystemFacts>;
  readonly paths: Paths;
  readonly log: Logger;
  readonly stageLog: StageLog;
  readonly events: EventReporter;
  readonly reporting: EventReporting;
  readonly ledger: StageLedger;
  readonly secrets: Secrets;
  readonly systemInfo: Readonly<Record<string, unknown>>;
  /** Everything below user-data and vendor-data, merged. */
  readonly baseConfig: CloudConfig;
  readonly config: ConfigStore;
  readonly force: boolean;
  /** Counts the stage's errors; each is an entry of status.json and one more in the exit code. `plain` is how a person reads it, where `text` has the form of status.json. */
  recordError(text: string, plain?: string): void;
  /** An error of the stage that is in the log too, with its cause. */
  fail(text: string, cause?: unknown): void;
  errorCount(): number;
  /** Calls `listener` before each change until the returned function is called. */
  watchChanges(listener: (change: Change) => void): () => void;
  /** What a signal finds under way. */
  readonly progress: StageProgress;
  /** Steps of the agent's own commands go to this module's ledger from here on. */
  enterModule(name: string | undefined): void;
}
