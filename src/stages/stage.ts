import type { LedgerEntry } from "../report/ledger.ts";
import type { Change } from "../system/change.ts";
import type { StageFrame } from "./stage-frame.ts";

/** Keys of status.json. */
export type StageName = "init-local" | "init" | "modules-config" | "modules-final";

export interface StageOptions {
  /** --file, strongest first. */
  readonly configFiles: readonly string[];
  readonly force: boolean;
  readonly debug: boolean;
  /** Nothing of it is real: nobody is told of its events. */
  readonly isPlan?: boolean;
  /** False: only the log hears of its events, not the handlers of `reporting`. */
  readonly report?: boolean;
  /** Given what is to be done when a signal ends the program: log and status are brought to their end. */
  readonly onStop?: (stop: (signal: string) => void) => void;
  /** Told of every change to the machine before it is made, and of the module that makes it (undefined: the stage itself). For `plan`. */
  readonly onChange?: (change: Change, module: string | undefined) => void;
  /** Told of every error of the stage as a person reads it, with the module that had it. For `plan`. */
  readonly onError?: (text: string, module: string | undefined) => void;
  /** Told of every line that is logged at WARNING or above, errors of modules included. For `plan`. */
  readonly onWarning?: (text: string, module: string | undefined) => void;
  /** Told of every step of the ledger when it is recorded. For `plan`. */
  readonly onStep?: (entry: LedgerEntry) => void;
  /** Told once that the base configuration is read, before any work. For `plan`. */
  readonly onOpen?: (frame: StageFrame) => void;
}

export type ModuleOutcome =
  | { readonly name: string; readonly status: "ran" | "already-ran" }
  | {
      readonly name: string;
      readonly status: "skipped";
      readonly reason: "no-config" | "distro" | "no-effect" | "unknown";
    }
  | { readonly name: string; readonly status: "failed"; readonly errors: readonly string[] };
