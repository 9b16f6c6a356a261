import { afterAll, describe, expect, test } from "bun:test";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { createReportingScript, parseReport } from "../../src/modules/reporting-script.ts";
import { renderShellScript } from "../../src/text/shell-quote.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import { runShellScript } from "../support/run-shell-script.ts";

const SHELLS = [
  ["/usr/bin/ksh93"],
  ["/usr/bin/mksh"],
  ["/usr/bin/dash"],
  ["/usr/bin/busybox", "sh"],
] as const;
const base = fs.mkdtempSync(path.join(os.tmpdir(), "cloud-init-script-"));
afterAll(() => fs.rmSync(base, { recursive: true, force: true }));

function make(items: readonly unknown[]) {
  return createReportingScript(renderShellScript(items, "runcmd").commands, "runcmd");
}

function textOf(items: readonly unknown[]): string {
  const made = make(items);
  if (!made.ok) {
    throw new Error(made.reason);
  }
  return made.script.text;
}

/** Pieces of lists, each of them one item or several that follow each other. */
const PIECES: readonly (readonly (string | readonly string[])[])[] = [
  ["echo hello"],
  ["echo status $?"],
  [["echo", "it's", "a $HOME"]],
  ["true"],
  ["false"],
  ["(exit 3)"],
  ["exit 4"],
  ["exit 0"],
  ["set -e"],
  ["set +e"],
  ["set -u"],
  ["set -eu; echo strict"],
  ["set -- a b c; echo $#"],
  ["echo $#"],
  ["false || echo rescued"],
  ["false && true"],
  ["! true"],
  ["true | false"],
  ["cd /"],
  ["cd /nonexistent"],
  ["mkdir -p d && cd d"],
  ["pwd"],
  ["echo x >> file"],
  ["echo x > /nonexistent/file"],
  [": > /nonexistent/file"],
  ["export A=1 B=two"],
  ["A=changed"],
  ["echo A=${A:-none}"],
  ["sh -c 'echo child ${A:-none}'"],
  ["echo $UNSET_VARIABLE"],
  ["cat <<EOF\nhere ${A:-none}\nEOF"],
  ["cat <<'EOF'", "one $A", "EOF"],
  ["cat <<-X | tr a-z A-Z\n\ttabs\n\tX"],
  ['if [ -n "${A:-}" ]', "then", "echo has A", "else", "echo has none", "fi"],
  ["for i in 1 2; do", "echo $i", "done"],
  ["true &&", "echo after"],
  ["echo a \\", "b"],
  ['say() { echo said "$1"; return 5; }'],
  ["say hi"],
  ["fn ()", "{", "echo in fn", "}"],
  ["case $? in 0) echo zero;; 1) echo one;; *) echo many;; esac"],
  ["sleep 0.01 & wait"],
  ["(sleep 0.02; echo late >> late) & wait $!; echo waited $?"],
  ["(cd /; A=sub; false)"],
  ["nonesuch-command --flag"],
  ["ls /nonexistent/thing"],
  ["cat"],
  ["read v || echo no input"],
  ["trap 'echo bye' EXIT"],
  ["trap 'echo got term' TERM; kill -TERM $$; echo alive"],
  ["exec 5>five; echo to five >&5; exec 5>&-"],
  ["( flock -n 9; echo locked ) 9>lock"],
  ["exec 2>&1"],
  ['V=$(false); echo "v $?"'],
  ["V=$(echo sub; exit 6)"],
  ["IFS=0123456789; echo split"],
  ["umask 077; touch private"],
  ["# a comment"],
  ["", "   "],
  ["echo line $LINENO"],
  ["return 3"],
  ["shift 9"],
  ["eval 'echo evaluated; false'"],
  ["echo 'several\nlines' \"and\nmore\""],
  ["printf 'no newline'"],
  ["while :; do break; done"],
  ["{ echo grouped; false; }"],
  ["echo )"],
  ["if"],
  ["echo 'open"],
  ["exec sh -c 'echo replaced; exit 7'"],
  ["kill -9 $$"],
];

/** ksh93 puts a line in front of its messages about syntax that is now one before it and now another. */
function withoutGuess(output: string): string {
  return output.replace(/line \d+: (?=syntax error at line \d+)/gu, "");
}

const lists = fc
  .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 9 })
  .map((pieces) => pieces.flat());

describe.each(SHELLS)("%s", (...shell) => {
  const isMissing = requireOrSkip(fs.existsSync(shell[0]) ? undefined : `${shell[0]} is not there`);
  const name = path.basename(shell[0]);

  test.skipIf(isMissing)(
    "a script with reports does what the plain one does",
    async () => {
      let withReports = 0;
      await fc.assert(
        fc.asyncProperty(lists, async (items) => {
          const plainText = renderShellScript(items, "runcmd").text;
          const made = make(items);
          if (!made.ok) {
            return;
          }
          withReports += 1;
          const directory = path.join(base, name);
          const plain = await runShellScript(shell, plainText, directory, false);
          const { lines, ...reported } = await runShellScript(
            shell,
            made.script.text,
            directory,
            true,
          );
          const { output, exitCode, files } = plain;
          expect({ ...reported, output: withoutGuess(reported.output) }).toEqual({
            output: withoutGuess(output),
            exitCode,
            files,
          });
          expect(lines[0]).toBe("0 0");
          expect(lines.every((line) => parseReport(line) !== undefined)).toBe(true);
        }),
        {
          numRuns: Number(process.env["CLOUD_INIT_TEST_RUNS"] ?? 60),
          seed: Number(process.env["CLOUD_INIT_TEST_SEED"] ?? 20_260_102),
        },
      );
      expect(withReports).toBeGreaterThan(20);
    },
    120_000,
  );

  test.skipIf(isMissing)(
    "each command's exit code is told, and what comes before and after lives on",
    async () => {
      const items = [
        "cd /usr",
        "false",
        "echo $? $PWD",
        "X=1; export X",
        "(exit 9)",
        "sh -c 'echo $X'",
      ];
      const run = await runShellScript(shell, textOf(items), path.join(base, name), true);
      expect(run.output).toBe("1 /usr\n1\n");
      expect(run.lines).toEqual(["0 0", "1 0", "2 1", "3 0", "4 0", "5 9"]);
      expect(run.exitCode).toBe(0);
    },
  );

  test.skipIf(isMissing)("a script goes on when nobody listens any more", async () => {
    const text = textOf(["true x", "echo one >> f", "(exit 3)", "echo two $? >> f", "exit 5"]);
    // Descriptor 3 is /dev/null: reports go nowhere, answers are the end of a file.
    const run = await runShellScript(
      shell,
      `exec 3<>/dev/null\n${text}`,
      path.join(base, name),
      false,
    );
    expect([run.files["f"], run.exitCode, run.output]).toEqual(["one\ntwo 3\n", 5, ""]);
  });
});

test("items that are one command for the shell have one result", () => {
  const made = make([
    "a",
    "if b",
    "then",
    "c",
    "fi",
    "cat <<X",
    "text",
    "X",
    "# only",
    "d &&",
    "e",
  ]);
  expect(made.ok && made.script.steps.map((step) => [step.firstIndex, step.lastIndex])).toEqual([
    [0, 0],
    [1, 4],
    [5, 7],
    [9, 10],
  ]);
});

test("an item that nothing closes goes to the end with all that follows", () => {
  const made = make(["a", "cat <<X", "b", "c"]);
  expect(made.ok && made.script.steps.map((step) => [step.firstIndex, step.lastIndex])).toEqual([
    [0, 0],
    [1, 3],
  ]);
});

test("the lines of the plain script keep their numbers", () => {
  const plain = renderShellScript(
    ["a", "# c", "b\nb2", "", "cat <<X\ny\nX", ["d", "e"]],
    "runcmd",
  ).text;
  const text = textOf(["a", "# c", "b\nb2", "", "cat <<X\ny\nX", ["d", "e"]]);
  const lines = plain.split("\n");
  expect(text.split("\n").length).toBe(lines.length);
  for (const [index, line] of text.split("\n").entries()) {
    expect(index === 0 || line.endsWith(lines[index] ?? "?")).toBe(true);
  }
});

test("echo after echo is not reported unless it fails", () => {
  expect(textOf(["echo a", "echo b > f", "ls", "echo c"]).split("\n").slice(1)).toEqual([
    "echo a",
    'case $? in 0) ;; *) _cloud_init_report 1 "$?" && :;; esac; echo b > f',
    '_cloud_init_report 2 "$?" && :; ls',
    '_cloud_init_report 3 "$?" && :; echo c',
    "",
  ]);
});

test("a descriptor that the commands name is left to them", () => {
  expect(textOf(["( flock -n 9 ) 9>/tmp/l", "echo >&8", "exec 7</etc/motd"])).toContain(
    "exec 6<&3 3<&-",
  );
});

test.each([
  ["set -x", "has set -x, -v or -a"],
  ["set -euxo pipefail", "has set -x, -v or -a"],
  ["cd /; set -o xtrace", "has set -x, -v or -a"],
  ["set $FLAGS", "has set -x, -v or -a"],
  ["trap 'echo bad' ERR", "traps every command"],
  ['echo "$0"', "uses $0"],
  ["echo ${0##*/}", "uses $0"],
  ["echo $_", "uses $_"],
  ["alias ll='ls -l'", "defines an alias"],
  ["echo() { printf x; }", "defines a function echo, read, return or exec"],
  ["function read { :; }", "defines a function echo, read, return or exec"],
  ["typeset -f", "lists functions"],
  ["echo $'a'", "is not understood the same way by all shells"],
  ["_cloud_init_report 1 2", "uses a name that cloud-init keeps for itself"],
])("%s runs without reports", (item, reason) => {
  expect(make(["ls", item])).toEqual({ ok: false, reason: `runcmd[1] ${reason}` });
});

test.each([
  "set -e",
  "set -- -x",
  "ip link set eth0 up",
  "echo set -x > f",
  "git config --unset x",
  "echo $01x",
  "set -o nounset",
])("%s keeps reports", (item) => {
  expect(make(["ls", item]).ok).toBe(item !== "echo $01x");
});

test("what is no report is none", () => {
  expect(["", "1", "1 2 3", "x 0", "-1 0", "1 1000"].map(parseReport)).toEqual(
    Array.from({ length: 6 }, () => undefined),
  );
  expect(parseReport("12 255")).toEqual({ endedCount: 12, exitCode: 255 });
});
