import type { CommandAnswer } from "../../../distros/self-test-adapter.ts";
import type { System } from "../../../system/system.ts";
import { VERSION } from "../../../version.ts";
import type { SelfTestCheck } from "./self-test.ts";

/** 0: all is understood. 1: some answers are not. 2: what every command relies on is broken. */
export type SelfTestExitCode = 0 | 1 | 2;

/** How bad it is all in all. */
export function exitCodeOf(checks: readonly SelfTestCheck[]): SelfTestExitCode {
  if (checks.some(({ outcome }) => outcome === "broken")) {
    return 2;
  }
  return checks.some(({ outcome }) => outcome === "differs") ? 1 : 0;
}

/**
 * What `doctor --selftest --format json` prints: a fixture, since it has what each command answered.
 * `schema` is raised where a member changes its meaning; new members may come at any time.
 */
export interface SelfTestJson {
  readonly schema: 1;
  readonly version: string;
  readonly result: "ok" | "differs" | "broken";
  readonly exit_code: SelfTestExitCode;
  readonly distro: string;
  /** By which answers that tell a time are to be read. */
  readonly time: string;
  readonly machine: {
    readonly platform: string;
    readonly arch: string;
    readonly runtime: string;
    readonly uid: number;
  };
  readonly checks: readonly {
    readonly kind: SelfTestCheck["kind"];
    readonly name: string;
    readonly title: string;
    readonly outcome: SelfTestCheck["outcome"];
    /** Of aix/commands.md. */
    readonly points: readonly string[];
    readonly what: string;
    readonly unread: readonly string[];
    readonly commands: readonly CommandJson[];
  }[];
}

/** What one command answered, secrets masked. `stdout_cut` and `stderr_cut`: lines at the end are left out. */
export interface CommandJson {
  readonly argv: readonly string[];
  readonly exit_code: number;
  readonly timed_out: boolean;
  readonly duration_ms: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly stdout_cut: boolean;
  readonly stderr_cut: boolean;
}

/** The checks for programs; `mask` takes secrets out of what commands said. */
export function selfTestJson(
  checks: readonly SelfTestCheck[],
  options: {
    readonly sys: Pick<System, "process" | "clock">;
    readonly distro: string;
    readonly mask: (text: string) => string;
  },
): SelfTestJson {
  const { sys, distro, mask } = options;
  const { process } = sys;
  const exitCode = exitCodeOf(checks);
  return {
    schema: 1,
    version: VERSION,
    result: RESULTS[exitCode],
    exit_code: exitCode,
    distro,
    time: sys.clock.now().toISOString(),
    machine: {
      platform: process.platform,
      arch: process.arch,
      runtime: process.runtime,
      uid: process.uid,
    },
    checks: checks.map(({ kind, name, title, outcome, points, what, unread, answers }) => ({
      kind,
      name,
      title,
      outcome,
      points,
      what: mask(what),
      unread: unread.slice(0, UNREAD_LINES_MAX).map(mask),
      commands: answers.map((answer) => commandJson(answer, mask)),
    })),
  };
}

const RESULTS = { 0: "ok", 1: "differs", 2: "broken" } as const;
const UNREAD_LINES_MAX = 50;
/** Of any AIX command of scripts/capture-aix.sh; "locale -a" of a Linux has 800. */
const STDOUT_LINES_MAX = 1_000;
const STDERR_LINES_MAX = 50;
const LINE_LENGTH_MAX = 2_000;

function commandJson(answer: CommandAnswer, mask: (text: string) => string): CommandJson {
  const out = cut(mask(answer.stdout), STDOUT_LINES_MAX);
  const err = cut(mask(answer.stderr), STDERR_LINES_MAX);
  return {
    argv: answer.argv.map(mask),
    exit_code: answer.exitCode,
    timed_out: answer.timedOut,
    duration_ms: answer.durationMs,
    stdout: out.text,
    stderr: err.text,
    stdout_cut: out.isCut,
    stderr_cut: err.isCut,
  };
}

function cut(text: string, linesMax: number): { readonly text: string; readonly isCut: boolean } {
  const lines = text.split(/(?<=\n)/u);
  const kept = lines.slice(0, linesMax).map((line) => {
    const end = line.endsWith("\n") ? "\n" : "";
    const content = line.slice(0, line.length - end.length);
    return content.slice(0, LINE_LENGTH_MAX) + end;
  });
  const shown = kept.join("");
  return { text: shown, isCut: shown !== text };
}
