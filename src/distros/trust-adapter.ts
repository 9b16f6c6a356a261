import type { Problem } from "../text/problem.ts";

/** The certificates of authorities that the machine's programs trust. */
export interface TrustAdapter {
  /** Adds each (PEM, one certificate), and with `removesDefaults` takes the system's own away first. */
  ensureTrusted(
    certificates: readonly string[],
    options: { readonly removesDefaults: boolean },
  ): Promise<TrustOutcome>;
}

export interface TrustOutcome {
  readonly changed: boolean;
  /** Those of severity "warning" are told and are no failure. */
  readonly problems: readonly Problem[];
}
