import { scanShell } from "../text/scan-shell.ts";
import type { ShellCommandText } from "../text/shell-quote.ts";

/**
 * A script of commands that tells how each of them ended.
 *
 * It is the plain script with a report in front of each command, on the same line, so that line
 * numbers in the shell's messages stay right. A report writes one line to a channel and waits for
 * the answer; by then whoever listens knows how much output there is, and from which command. It
 * keeps `$?`, is no failure for `set -e`, and starts no process: what a command sets lives on.
 */
export interface ReportingScript {
  readonly text: string;
  readonly steps: readonly ScriptStep[];
}

/** What one result is about: most often one item; several where they belong together, as `if` and `fi` do. */
export interface ScriptStep {
  readonly firstIndex: number;
  readonly lastIndex: number;
  readonly text: string;
  /** Its start is not reported where it follows one like it: `echo` and `true` cannot end a script, and their success goes without saying. */
  readonly isTrivial: boolean;
}

/** The script, or why the commands have to run without reports. */
export type ReportingOutcome =
  | { readonly ok: true; readonly script: ReportingScript }
  | { readonly ok: false; readonly reason: string };

/** A report says how many steps have ended and the last one's exit code: "3 0". The first, "0 0", says that reports work. */
export function parseReport(
  line: string,
): { readonly endedCount: number; readonly exitCode: number } | undefined {
  const match = /^([0-9]{1,6}) ([0-9]{1,3})$/u.exec(line);
  return match === null ? undefined : { endedCount: Number(match[1]), exitCode: Number(match[2]) };
}

/** Makes the reporting script of some commands. `key` names their list in reasons: "runcmd". */
export function createReportingScript(
  commands: readonly ShellCommandText[],
  key: string,
): ReportingOutcome {
  for (const { index, text } of commands) {
    const obstacle = OBSTACLES.find(([pattern]) => pattern.test(text));
    if (obstacle !== undefined) {
      return { ok: false, reason: `${key}[${index}] ${obstacle[1]}` };
    }
  }
  const all = commands.map(({ text }) => text).join("\n");
  // With `set -e` a failing echo ends the script.
  const hasTrivial = !/\bset\b|errexit/u.test(all);
  const grouped = groupCommands(commands, key, hasTrivial);
  if (typeof grouped === "string") {
    return { ok: false, reason: grouped };
  }
  const channel = freeDescriptor(all);
  if (channel === undefined) {
    return { ok: false, reason: `${key} uses all the file descriptors that a shell has names for` };
  }
  const steps = grouped.flatMap((part) => (part.step === undefined ? [] : [part.step]));
  const isQuiet = (position: number): boolean =>
    steps[position]?.isTrivial === true && steps[position - 1]?.isTrivial === true;
  const lines = [header(channel)];
  let position = 0;
  for (const { text, step } of grouped) {
    if (step === undefined || position === 0) {
      lines.push(text);
    } else {
      lines.push(`${report(position, isQuiet(position))}${text}`);
    }
    position += step === undefined ? 0 : 1;
  }
  return { ok: true, script: { text: `${lines.join("\n")}\n`, steps } };
}

const FUNCTION = "_cloud_init_report";
const ANSWER = "_cloud_init_answer";

/** Stands in place of `#!/bin/sh`. `echo` and `read` are built into every shell, ksh88 too. */
function header(channel: number): string {
  return (
    `exec ${channel}<&3 3<&-; ${FUNCTION}() { echo "$1 $2" >&${channel}; ` +
    `read ${ANSWER} <&${channel}; return "$2"; }; ${FUNCTION} 0 0`
  );
}

/** `&& :` makes of a failing report one that `set -e` ignores, and keeps its exit code. */
function report(endedCount: number, isQuiet: boolean): string {
  const call = `${FUNCTION} ${endedCount} "$?" && :`;
  return isQuiet ? `case $? in 0) ;; *) ${call};; esac; ` : `${call}; `;
}

/** Behaviour that reports would change. */
const OBSTACLES: readonly (readonly [RegExp, string])[] = [
  [
    /(?:^|[;&|({]|\b(?:then|do|else)\b)[ \t]*set[ \t]+(?!--(?:[ \t]|$))[^\n;|&]*(?:[-+][A-Za-z]*[xva]|xtrace|verbose|allexport|[$`])/mu,
    "has set -x, -v or -a",
  ],
  [/\btrap\b[^\n]*\b(?:DEBUG|ERR|RETURN)\b/u, "traps every command"],
  [/\$(?:0|\{0(?![0-9]))/u, "uses $0"],
  [/\$_(?![A-Za-z0-9_])|\$\{_(?![A-Za-z0-9_])/u, "uses $_"],
  [/\balias\b/u, "defines an alias"],
  [/\b(?:typeset|declare)\s+[-+][A-Za-z]*[fFx]*[fF]/u, "lists functions"],
  [
    /(?:^|[\s;&|(){}])(?:function\s+)?(?:echo|read|return|exec|:)\s*\(\s*\)/u,
    "defines a function echo, read, return or exec",
  ],
  [
    /(?:^|[\s;&|(){}])function\s+(?:echo|read|return|exec)\b/u,
    "defines a function echo, read, return or exec",
  ],
  [/_cloud_init_/u, "uses a name that cloud-init keeps for itself"],
];

/** The highest descriptor that nothing in the script names. */
function freeDescriptor(text: string): number | undefined {
  return [9, 8, 7, 6, 5, 4].find(
    (digit) => !new RegExp(`${digit}[<>]|[<>]&[ \\t]*${digit}`, "u").test(text),
  );
}

interface Part {
  readonly text: string;
  /** Absent: comments and blanks. */
  readonly step?: ScriptStep;
}

/** More items than this that belong together are no list of commands any more. */
const GROUP_MAX = 100;

/** The commands with those together that are one for the shell; a reason where that cannot be said. */
function groupCommands(
  commands: readonly ShellCommandText[],
  key: string,
  hasTrivial: boolean,
): readonly Part[] | string {
  const parts: Part[] = [];
  let at = 0;
  while (at < commands.length) {
    const group = findGroup(commands, at);
    const first = commands[at];
    if (group === undefined || first === undefined) {
      return `${key}[${commands[at]?.index ?? at}] is not understood the same way by all shells`;
    }
    const { count, text, hasCommand } = group;
    const lastIndex = commands[at + count - 1]?.index ?? first.index;
    parts.push(
      hasCommand
        ? {
            text,
            step: {
              firstIndex: first.index,
              lastIndex,
              text,
              isTrivial: hasTrivial && isTrivial(text),
            },
          }
        : { text },
    );
    at += count;
  }
  return parts;
}

function findGroup(
  commands: readonly ShellCommandText[],
  from: number,
): { readonly count: number; readonly text: string; readonly hasCommand: boolean } | undefined {
  const texts: string[] = [];
  for (const { text } of commands.slice(from, from + GROUP_MAX)) {
    texts.push(text);
    const joined = texts.join("\n");
    const scan = scanShell(joined);
    if (scan.kind === "unsure") {
      return undefined;
    }
    if (scan.kind === "complete") {
      return { count: texts.length, text: joined, hasCommand: scan.hasCommand };
    }
  }
  const isToTheEnd = from + texts.length === commands.length;
  return isToTheEnd ? { count: texts.length, text: texts.join("\n"), hasCommand: true } : undefined;
}

/** One command that a shell has built in, and that neither ends a script nor waits. */
function isTrivial(text: string): boolean {
  return (
    /^[ \t]*(?:echo|true|'echo'|'true')(?:[ \t][^\n;&|`]*)?$/u.test(text) && !text.includes("$(")
  );
}
