import type { CloudConfig } from "../../config/cloud-config.ts";
import type { Instance } from "../../instance/instance.ts";
import type { Paths } from "../../instance/paths.ts";
import type { Ledger } from "../../report/ledger.ts";
import type { Logger } from "../../report/logger.ts";
import type { System } from "../../system/system.ts";
import type { LineIndex } from "../../text/line-index.ts";
import type { Problem } from "../../text/problem.ts";
import type { ParsedYaml } from "../../text/yaml-document.ts";
import type { Origin, Part } from "../part.ts";
import type { ScriptOutcome } from "../run-script.ts";

/** What is done with parts of some content types. */
export interface PartHandler {
  readonly contentTypes: readonly string[];
  /** Throws where the part cannot be used (a `PartError` where the line is known); the next part is handled all the same. */
  handle(part: Part, ctx: HandlerContext): Promise<void>;
}

export interface HandlerContext {
  readonly sys: System;
  readonly instance: Instance;
  readonly paths: Paths;
  readonly log: Logger;
  readonly ledger: Ledger;
  /** Whose parts these are: decides where scripts and cloud-config go. */
  readonly origin: Origin;
  /** The part as messages name it: "user-data", or `user-data part "setup.sh"` where there are several. */
  readonly source: string;
  /** Whether user-data of this instance is taken in for the first time. */
  readonly isFirstTime: boolean;
  /** `system_info.paths.upstart_dir`; undefined where the configuration has none. */
  readonly upstartDir: string | undefined;
  /** Records a failure that leaves the part in use. */
  fail(problem: Problem | string, cause?: unknown): void;
  /** Reads a part as YAML, with lines; never throws. */
  parseYaml(content: Uint8Array, source: string): Promise<ParsedYaml>;
  /** Merges one cloud-config part into those before it (compat config.md §3.3); `lines` tell where its keys stand. */
  addCloudConfig(config: CloudConfig, part: Part, lines?: LineIndex): void;
  /** Puts what `change` makes of the cloud-config so far in its place. */
  changeCloudConfig(part: Part, change: (config: CloudConfig) => CloudConfig): void;
  /** Runs a script of the user's at once; never throws for what it does. */
  runScript(path: string): Promise<ScriptOutcome>;
  /** What templates know of the instance; undefined where nothing is known yet. */
  templateVariables(): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** Hands what a template gave on to the handler of its type; false where that type has none for this. */
  handleRendered(part: Part): Promise<boolean>;
  /** Counts the part handlers of this boot from 0. */
  nextHandlerNumber(): number;
}
