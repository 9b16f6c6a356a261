import type { CloudConfig } from "../config/cloud-config.ts";

/** A script of the user's that is run while user-data is taken in. */
export interface UserScript {
  readonly path: string;
  /** Where it comes from, as messages name it. */
  readonly source: string;
  /** What the cloud-config parts before it say. */
  readonly cloudConfig: CloudConfig;
}

/** How it ended. */
export interface ScriptOutcome {
  readonly exitCode: number;
  /** For the end of a message: why it did not start, or its last line of output; "" where neither is known. */
  readonly detail: string;
}

/** Runs a script with the environment of user code and records its result; never throws for what it does. */
export type RunScript = (script: UserScript) => Promise<ScriptOutcome>;
