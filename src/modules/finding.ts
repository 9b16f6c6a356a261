/** What a check of a cloud-config finds. Never the value of anything: it may be a secret. */
export interface Finding {
  /**
   * "error": something is left out or fails. "unknown": a key that nobody reads. "deprecated": works,
   * and there is a newer way. "hint": right as it stands, and probably not what is wanted. "info":
   * of this version.
   */
  readonly level: "error" | "unknown" | "deprecated" | "hint" | "info";
  /** Key path: ["write_files", 2, "owner"]; empty for the document as a whole. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** A finding in a text. */
export interface PlacedFinding extends Finding {
  readonly source: string;
  /** 1-based. */
  readonly line?: number;
  readonly column?: number;
}

/** The key path with dots, as cloud-init's messages have it: "write_files.2.owner". */
export function dottedPath(path: readonly (string | number)[]): string {
  return path.map((step) => String(step).slice(0, STEP_LENGTH_MAX)).join(".");
}

const STEP_LENGTH_MAX = 64;
