/** The programs that this one file is, by the name it is called by. */
export type ProgramName = "cloud-id" | "cloud-init" | "cloud-init-per" | "cloud-init-run-module";

/** What a process knows of how it was called. */
export interface Invocation {
  readonly argv: readonly string[];
  readonly argv0: string;
}

/**
 * The program meant by the name we were called by, links left unresolved. In the binary that Bun
 * compiles, `argv[0]` is always "bun" and `argv0` is the name as called; under Node.js `argv[1]` is
 * the script. Any other name counts as `cloud-init`.
 */
export function programName(invocation: Invocation): ProgramName {
  const called = invocation.argv[0] === "bun" ? invocation.argv0 : (invocation.argv[1] ?? "");
  const base = called.slice(called.lastIndexOf("/") + 1).replace(/\.[cm]?js$/u, "");
  return PROGRAMS.find((name) => name === base) ?? "cloud-init";
}

const PROGRAMS: readonly ProgramName[] = [
  "cloud-id",
  "cloud-init",
  "cloud-init-per",
  "cloud-init-run-module",
];
