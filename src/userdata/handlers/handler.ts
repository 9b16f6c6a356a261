import type { CloudConfig } from "../../config/cloud-config.ts";
import type { Instance } from "../../instance/instance.ts";
import type { Paths } from "../../instance/paths.ts";
import type { Ledger } from "../../report/ledger.ts";
import type { Logger } from "../../report/logger.ts";
import type { System } from "../../system/system.ts";
import type { LineIndex } from "../../text/line-index.ts";
import type { Origin, Part } from "../part.ts";

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
  /** Merges one cloud-config part into those before it (compat config.md §3.3); `lines` tell where its keys stand. */
  addCloudConfig(config: CloudConfig, part: Part, lines?: LineIndex): void;
}
