/** What `seal` is asked to do: look, tell what it would do, or do it. */
export type SealMode = "check" | "dry-run" | "seal";

/** What `seal` found and did; the shape of `--format json`. */
export interface SealReport {
  readonly mode: SealMode;
  /** "refused": nothing was looked at. */
  readonly status: "ready" | "not ready" | "would seal" | "sealed" | "failed" | "refused";
  /** Why it was refused, and what to do. */
  readonly reason?: string;
  readonly steps: readonly SealStepReport[];
  /** What keeps the machine from being ready, a sentence each. */
  readonly remaining: readonly string[];
  /** What may leak or be missed, and is for a person to judge. */
  readonly notices: readonly string[];
}

export interface SealStepReport {
  readonly name: string;
  readonly why: string;
  readonly status: "ready" | "not ready" | "would do" | "done" | "failed" | "left out";
  readonly actions: readonly SealActionReport[];
}

export interface SealActionReport {
  readonly what: string;
  readonly outcome: "done" | "would do" | "not done" | "failed";
  /** Why it failed or was left out, or what to do. */
  readonly reason?: string;
}
