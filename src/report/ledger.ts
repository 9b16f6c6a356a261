/**
 * One line for each step of a boot: what ran, how it ended and where the wish came from. Read by
 * `status --failed` and `why`. Lines are JSON objects of this shape in
 * `instances/<id>/ledger.jsonl`.
 */
export interface LedgerEntry {
  /** When it began: ISO 8601, UTC. */
  readonly time: string;
  readonly stage: string;
  /** Canonical module name, "write_files"; absent for steps outside modules. */
  readonly module?: string;
  readonly kind:
    | "stage"
    | "module"
    | "command"
    | "file"
    | "script"
    | "user"
    | "part"
    | "network"
    | "datasource";
  /** The command line (secrets masked), path, or name. */
  readonly what: string;
  readonly outcome: "ok" | "failed" | "skipped" | "already-ran" | "interrupted";
  readonly durationMs?: number;
  readonly exitCode?: number;
  /** Why it failed or was skipped. */
  readonly reason?: string;
  /** Last lines of its standard error or, where both go to one log, of its output. Secrets masked. */
  readonly stderr?: string;
  /** Where the wish stands: "user-data", "cloud.cfg", a file. */
  readonly source?: string;
  /** 1-based line in `source`. */
  readonly line?: number;
}

/** What a step adds; stage, module and time are filled in by the frame. */
export type LedgerStep = Omit<LedgerEntry, "time" | "stage" | "module"> & {
  readonly time?: string;
};

export interface Ledger {
  record(step: LedgerStep): void;
}
