import { expect, test } from "bun:test";
import fc from "fast-check";
import { scanShell } from "../../src/text/scan-shell.ts";

test.each([
  "ls -l",
  "ls; cd /; pwd",
  "sleep 5 &",
  "a && b || c | d",
  'echo \'it is\' "$(ls "a b")" `pwd` ${x:-"a b"}',
  "cat <<EOF\nif $x\nEOF",
  "cat <<-'E F' | tr a b\n\tx\n\tE F\nls",
  "cat <<A <<B\n1\nA\n2\nB",
  "if true; then\n  echo\nelif x; then y; else z; fi",
  "for i in a b; do echo $i; done",
  "while read x; do :; done < f",
  "case $x in a|b) ls;; (c) pwd;; *) if x; then y; fi;; esac",
  "f() { :; }",
  "function f {\n:\n}",
  "(cd /; ls)",
  "{ ls; } > f 2>&1",
  "x=$((1<<2)) y=$(( (1+2) * 3 ))",
  "[[ a && ( b || c ) && $x == *.txt ]] && ls",
  "a=(1 2)",
  "echo a \\\n b",
  "exec 3<&- 4>&2 5<>f",
  "cat <<<word",
  "echo } fi done",
  "! true",
])("%p is whole", (text) => {
  expect(scanShell(text)).toEqual({ kind: "complete", hasCommand: true });
});

test.each(["", "  \n", "# if", "# a\n# b"])("%p has no command", (text) => {
  expect(scanShell(text)).toEqual({ kind: "complete", hasCommand: false });
});

test.each([
  "if true",
  "if true; then",
  "for i in a b",
  "for i in a; do",
  "while true; do",
  "case x in",
  "case x in a) ls",
  "f()",
  "f() {",
  "function f",
  "(ls",
  "{ ls",
  "a &&",
  "a ||\n",
  "a |",
  "a \\",
  "echo 'x",
  'echo "x',
  "echo `x",
  "echo $(x",
  "echo ${x",
  "echo $((1",
  "cat <<EOF",
  "cat <<EOF\ntext",
  "cat <<'EOF'\nEOF2",
  "[[ a &&",
])("%p wants more", (text) => {
  expect(scanShell(text)).toEqual({ kind: "open" });
});

test.each([
  "fi",
  "done",
  "}",
  ")",
  "echo $'a'",
  "ls |& cat",
  "(( 1 << 2 ))",
  "echo $(case x in a) ls;; esac)",
  "coproc ls",
  `echo "\${x:-'}'}"`,
])("%p is not judged", (text) => {
  expect(scanShell(text)).toEqual({ kind: "unsure" });
});

test("whatever the text is, an answer comes", () => {
  const pieces = fc.constantFrom(
    "if ",
    "fi",
    "(",
    ")",
    "'",
    '"',
    "`",
    "$(",
    "${",
    "$((",
    "}",
    "<<E\n",
    "E\n",
    ";",
    "&&",
    "|",
    "\\",
    "\n",
    " x ",
    "case ",
    "do ",
    "[[ ",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
      expect(["complete", "open", "unsure"]).toContain(scanShell(parts.join("")).kind);
    }),
    { numRuns: 2000 },
  );
  expect(scanShell("$(".repeat(10_000)).kind).toBe("unsure");
  expect(scanShell("(".repeat(100_000)).kind).toBe("open");
});
