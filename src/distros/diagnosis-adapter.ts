/** What this system can tell of itself to who looks for a fault, for `collect-logs`. */
export interface DiagnosisAdapter {
  /** Files that say how the system is set up; none of them holds a secret. */
  readonly files: readonly string[];
  /** Commands that only read. One whose program is not installed is named all the same. */
  listCommands(): Promise<readonly DiagnosisCommand[]>;
}

export interface DiagnosisCommand {
  /** Where its output is kept: "netstat-rn.txt". */
  readonly file: string;
  readonly argv: readonly string[];
}
