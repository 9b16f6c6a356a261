/**
 * Something wrong in what a user or a cloud gave: bad input is data, not an exception. The item it
 * is about is left out, the rest is used.
 */
export interface Problem {
  /** What was tried, on what, what was expected, what was there. Never the value of a secret. */
  readonly message: string;
  /** The file or document it is in, as the reader knows it: "user-data", "content/0000". */
  readonly source?: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based; only where `line` is known too. */
  readonly column?: number;
  /** Key path in a configuration, e.g. ["write_files", 2, "path"]. */
  readonly path?: readonly (string | number)[];
  /** "warning": to be told, but what was wanted is done all the same: no error of the stage. */
  readonly severity?: "warning";
}

/** `source:line:column: message`, as far as known. */
export function formatProblem(problem: Problem): string {
  const place = [problem.source, problem.line, problem.column]
    .filter((part) => part !== undefined)
    .join(":");
  return place === "" ? problem.message : `${place}: ${problem.message}`;
}
