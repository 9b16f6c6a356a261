import type { Answers, SelfTestQuestion, Understanding } from "../self-test-adapter.ts";

const SHOWN_MAX = 8;

/** Understood where nothing is unread. */
export function understanding(learnt: string, unread: readonly string[] = []): Understanding {
  return unread.length === 0
    ? { kind: "understood", learnt }
    : { kind: "not-understood", learnt, unread };
}

/** The lines of what the last command answered that `isRead` does not take; blank ones are left out. */
export function unreadLines(
  answers: Answers,
  isRead: (line: string) => boolean,
): readonly string[] {
  const lines = (answers.at(-1)?.stdout ?? "").split("\n");
  return lines.filter((line) => line.trim() !== "" && !isRead(line));
}

/** What to show where a whole answer was not understood: all that was said, or that nothing was. */
export function wholeAnswer(answers: Answers): readonly string[] {
  const last = answers.at(-1);
  const lines = `${last?.stdout ?? ""}\n${last?.stderr ?? ""}`.split("\n");
  return orNothing(lines.filter((line) => line.trim() !== ""));
}

/** An answer without lines has nothing to show: that is said instead. */
export function orNothing(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? ["(no line)"] : lines;
}

/** "2 disks: hdisk0, hdisk1"; the names behind the first few are counted only. */
export function countNames(names: Iterable<string>, one: string, many: string = `${one}s`): string {
  const all = [...names];
  const shown = all.slice(0, SHOWN_MAX).join(", ");
  const more = all.length > SHOWN_MAX ? ` and ${all.length - SHOWN_MAX} more` : "";
  return all.length === 0
    ? `no ${many}`
    : `${all.length} ${all.length === 1 ? one : many}: ${shown}${more}`;
}

/** A question whose answer the program does not go by. */
export function toldQuestion(
  points: readonly string[],
  argv: readonly string[],
  title: string,
): SelfTestQuestion {
  const [program = "", ...args] = argv;
  const base = program.slice(program.lastIndexOf("/") + 1);
  return {
    name: [base, ...args].join(" "),
    title,
    points,
    isOptional: true,
    async ask(sys) {
      const { exitCode, stdout, stderr } = await sys.exec.query(argv, { okExitCodes: "any" });
      const [first = "(no line)", ...rest] = `${stdout}\n${stderr}`
        .split("\n")
        .filter((line) => line.trim() !== "");
      const more = rest.length === 0 ? "" : ` (and ${rest.length} more lines)`;
      const code = exitCode === 0 ? "" : `exit code ${exitCode}: `;
      return { kind: "told", learnt: `${code}${first.trim()}${more}` };
    },
  };
}
