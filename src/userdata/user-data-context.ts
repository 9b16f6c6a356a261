import type { Instance } from "../instance/instance.ts";
import type { Paths } from "../instance/paths.ts";
import type { Ledger } from "../report/ledger.ts";
import type { Logger } from "../report/logger.ts";
import type { System } from "../system/system.ts";
import type { Problem } from "../text/problem.ts";
import type { RunScript } from "./run-script.ts";

/** For whom user-data is taken in, and what the stage lends for it. */
export interface UserDataContext {
  readonly sys: System;
  readonly instance: Instance;
  readonly paths: Paths;
  readonly log: Logger;
  readonly ledger: Ledger;
  /** Records a failure (log, status.json, exit code) and lets the rest go on. */
  fail(problem: Problem | string, cause?: unknown): void;
  /** Runs boothooks. Absent: a boothook is a failure. */
  readonly runScript?: RunScript;
  /** What templates know of the instance. Absent: a template is a failure. */
  templateVariables?(): Promise<Readonly<Record<string, unknown>>>;
  /** `system_info.paths.upstart_dir`. */
  readonly upstartDir?: string;
  /** Whether user-data of this instance is taken in for the first time; absent: it is. */
  readonly isFirstTime?: boolean;
  /** Everything that one blob unpacks to and includes. Default 64 MiB. */
  readonly unpackedSizeBytesMax?: number;
}
