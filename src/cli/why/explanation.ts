import type { LedgerEntry } from "../../report/ledger.ts";

/** Where something of the configuration stands. */
export interface Place {
  readonly key: string;
  /** "user-data", "vendor-data", a file. */
  readonly source: string;
  /** 1-based. */
  readonly line?: number;
}

/** Why something ran or did not, as far as this machine can tell. */
export interface Explanation {
  readonly kind: "module" | "cloud-init-per" | "step";
  readonly name: string;
  /** One sentence: what became of it. */
  readonly summary: string;
  readonly instanceId?: string;
  /** "once-per-instance", and who says so. */
  readonly frequency?: string;
  /** Sections of the configuration that list the module, with its frequency and arguments there. */
  readonly listedIn?: readonly string[];
  readonly keys?: readonly Place[];
  readonly semaphore?: {
    readonly path: string;
    readonly isThere: boolean;
    /** ISO 8601, UTC: when it was written, as it says itself. */
    readonly writtenAt?: string;
  };
  /** What the next boot does, and how to change that. */
  readonly nextBoot?: string;
  /** What the ledger has of it, oldest first. */
  readonly steps: readonly LedgerEntry[];
  /** What could not be looked at. */
  readonly notes: readonly string[];
}
