import type { SelfTestCheck } from "../../src/cli/doctor/selftest/self-test.ts";
import type { ExecResult, System } from "../../src/system/system.ts";
import { finishCommand } from "../../src/system/finish-command.ts";

/** Ways in which a command of another level can answer something that looks like an answer. */
const ALTERATIONS: Readonly<Record<string, (text: string) => string>> = {
  nothing: () => "",
  garbage: () => "some other words altogether\nand one more line\n",
  "the first column dropped": (text) => eachRow(text, ([, ...rest]) => rest),
  "a column more": (text) => eachRow(text, ([first = "", ...rest]) => [first, "X1", ...rest]),
  "two columns exchanged": (text) =>
    eachRow(text, ([first = "", second = "", ...rest]) => [second, first, ...rest]),
};

/** Rows with colons and without blanks have their columns between the colons. A row of one column stays. */
function eachRow(text: string, change: (columns: string[]) => string[]): string {
  return text
    .split("\n")
    .map((line) => {
      const isColons = /^\S+:\S*$/u.test(line);
      const columns = isColons ? line.split(":") : line.trim().split(/\s+/u);
      return columns.length < 2 ? line : change(columns).join(isColons ? ":" : " ");
    })
    .join("\n");
}

/** What stayed "ok" although one command answered otherwise, as "COMMAND: ALTERATION". */
export async function findFalseOk(
  base: System,
  ask: (sys: System) => Promise<readonly SelfTestCheck[]>,
): Promise<readonly string[]> {
  const before = (await ask(base)).filter(({ outcome }) => outcome === "ok");
  // What a command prints that fails is nobody's business: its exit code is the answer.
  const asked = before.flatMap(({ answers }) => answers).filter(({ exitCode }) => exitCode === 0);
  const lines = new Set(asked.map(({ argv }) => argv.join(" ")));
  const found: string[] = [];
  for (const line of lines) {
    for (const [name, change] of Object.entries(ALTERATIONS)) {
      let isAltered = false;
      const altered = answering(base, line, (stdout) => {
        const other = change(stdout);
        isAltered ||= other.trim() !== stdout.trim();
        return other;
      });
      const checks = await ask(altered);
      const own = before.map((check) => ({ check, now: checks.find(isSame(check)) }));
      const isMissed = own.every(({ now }) => now?.outcome === "ok");
      // Shifted columns that change nothing in what was learnt are understood rightly.
      const isHarmless =
        name !== "nothing" &&
        name !== "garbage" &&
        own.every(({ check, now }) => now !== undefined && learnt(now) === learnt(check));
      if (isAltered && isMissed && !isHarmless) {
        found.push(`${line}: ${name}`);
      }
    }
  }
  return found;
}

function isSame({ name }: SelfTestCheck): (other: SelfTestCheck) => boolean {
  return (other) => other.name === name;
}

/** Without the time since boot, which goes on. */
function learnt({ what }: SelfTestCheck): string {
  return what.replace(/\d+ s$/u, "N s");
}

function answering(base: System, line: string, change: (stdout: string) => string): System {
  return {
    ...base,
    exec: {
      ...base.exec,
      async query(argv, options = {}): Promise<ExecResult> {
        if (argv.join(" ") !== line) {
          return base.exec.query(argv, options);
        }
        const result = await base.exec.query(argv, { ...options, okExitCodes: "any" });
        return finishCommand(argv, options, { ...result, stdout: change(result.stdout) });
      },
    },
  };
}
