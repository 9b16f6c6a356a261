import { createColoring } from "../../../text/coloring.ts";
import { formatCommandLine } from "../../../text/command-line.ts";
import { printable } from "../../../text/printable.ts";
import { exitCodeOf } from "./self-test-json.ts";
import type { SelfTestCheck } from "./self-test.ts";

/** Enough to see what kind of difference it is; all of it is in the JSON form. */
const UNREAD_LINES_MAX = 10;
const COMMANDS_MAX = 6;
const LINE_LENGTH_MAX = 200;
const NAME_WIDTH = 20;

/** The checks for people: a line each, and what was not understood below it. */
export function renderSelfTest(
  checks: readonly SelfTestCheck[],
  options: { readonly isColored: boolean; readonly mask: (text: string) => string },
): string {
  const colors = createColoring(options.isColored);
  const paint: Readonly<Record<SelfTestCheck["outcome"], (text: string) => string>> = {
    ok: colors.green,
    differs: colors.yellow,
    broken: colors.red,
    absent: colors.dim,
    told: colors.cyan,
    "left-out": colors.dim,
  };
  const show = (text: string): string => {
    const line = printable(
      options
        .mask(text)
        .trim()
        .replaceAll(/\s*\n\s*/gu, " "),
    );
    return line.length > LINE_LENGTH_MAX ? `${line.slice(0, LINE_LENGTH_MAX)}…` : line;
  };
  const lines: string[] = [];
  for (const { title, holds } of SECTIONS) {
    const own = checks.filter(holds);
    lines.push(...(own.length === 0 ? [] : [colors.bold(title)]));
    for (const check of own) {
      const word = WORDS[check.outcome];
      const name = isOpen(check) ? `${check.name}:` : check.name.padEnd(NAME_WIDTH);
      lines.push(
        `${paint[check.outcome](word)}${" ".repeat(WORD_WIDTH - word.length)} ${name} ${show(learntOf(check))}`.trimEnd(),
      );
      if (check.outcome === "differs" || check.outcome === "broken") {
        lines.push(...explain(check).map((line) => `    ${show(line)}`));
      }
    }
    lines.push(...(own.length === 0 ? [] : [""]));
  }
  return `${[...lines, ...summarize(checks)].join("\n")}\n`;
}

const SECTIONS: readonly {
  readonly title: string;
  holds(check: SelfTestCheck): boolean;
}[] = [
  { title: "What the program relies on", holds: ({ kind }) => kind === "platform" },
  {
    title: "What a boot asks this machine",
    holds: (check) => check.kind === "question" && !isOpen(check),
  },
  {
    title: "Answers that nothing goes by yet",
    holds: (check) => check.kind === "question" && isOpen(check),
  },
];

/** Tests of the platform are the same everywhere: what was tried says more than what came of it. */
function learntOf({ kind, outcome, title, what }: SelfTestCheck): string {
  return kind === "platform" && outcome === "ok" ? `${title} (${what})` : what;
}

/** Kept for the sake of the answer alone. */
function isOpen({ name }: SelfTestCheck): boolean {
  return name.includes(" ");
}

const WORDS: Readonly<Record<SelfTestCheck["outcome"], string>> = {
  ok: "ok",
  differs: "differs",
  broken: "BROKEN",
  absent: "absent",
  told: "told",
  "left-out": "not asked",
};
const WORD_WIDTH = 9;

function explain({ title, unread, answers, points }: SelfTestCheck): readonly string[] {
  const [shown, asked] = [unread.slice(0, UNREAD_LINES_MAX), answers.slice(-COMMANDS_MAX)];
  const more = unread.length - shown.length;
  const about = points.length === 0 ? "" : ` (open point ${points.join(", ")})`;
  return [
    `${title}${about}`,
    ...(answers.length > asked.length
      ? [`$ ${answers.length - asked.length} commands before these`]
      : []),
    ...asked.map(
      ({ argv, exitCode, timedOut }) =>
        `$ ${formatCommandLine(argv)} (${timedOut ? "no answer in time" : `exit code ${exitCode}`})`,
    ),
    ...(shown.length === 0 ? [] : ["not understood:"]),
    ...shown.map((line) => `| ${line}`),
    ...(more > 0 ? [`| and ${more} more lines`] : []),
  ];
}

const HAND_ON =
  'To have that mended, send what "cloud-init doctor --selftest --format json" prints. It holds serial numbers and addresses of this machine, and what its commands answered: look it through before.';

function summarize(checks: readonly SelfTestCheck[]): readonly string[] {
  const count = (outcome: SelfTestCheck["outcome"]): number =>
    checks.filter((check) => check.outcome === outcome).length;
  const parts = (["ok", "differs", "broken", "absent", "told", "left-out"] as const)
    .filter((outcome) => count(outcome) > 0)
    .map((outcome) => `${count(outcome)} ${WORDS[outcome].toLowerCase()}`);
  const verdict = VERDICTS[exitCodeOf(checks)];
  const summary = `${checks.length} checks: ${parts.join(", ")}. ${verdict}`;
  return exitCodeOf(checks) === 0 ? [summary] : [summary, HAND_ON];
}

const VERDICTS = {
  0: "The program understands this machine",
  1: "Some answers of this machine are not understood",
  2: "What the program relies on does not work here",
} as const;
