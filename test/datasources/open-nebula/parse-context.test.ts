import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import {
  CONTEXT_BYTES_MAX,
  parseContext,
} from "../../../src/datasources/open-nebula/parse-context.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Name → value, or the fault. */
function parse(text: string | Uint8Array): Record<string, string> | string {
  const context = parseContext(typeof text === "string" ? bytes(text) : text);
  if ("fault" in context) {
    return context.fault;
  }
  const entries = [...context.variables].map(([name, value]) => [
    name,
    new TextDecoder().decode(value),
  ]);
  return Object.fromEntries(entries);
}

describe("context.sh", () => {
  test.each([
    ["A=''", ""],
    ["A=", ""],
    ["A='x'\\''y'", "x'y"],
    ["A='multi\nline'", "multi\nline"],
    ['A="a\\"b\\\\c"', 'a"b\\c'],
    ['A="a\\$b\\`c\\d"', "a$b`c\\d"],
    ['A="one \\\ntwo"', "one two"],
    ["A=b#c", "b#c"],
    ["A='\\'", "\\"],
    ["A='$HOME'", "$HOME"],
    ["A='`id`'", "`id`"],
    ["A=a'b'\"c\"\\d$'e'", "abcde"],
    ["A=a\\\nb", "ab"],
    ["A=a\\", "a\\"],
    ["A=$'\\n\\t\\r\\\\\\'\\\"\\a\\b\\e\\f\\v'", "\n\t\r\\'\"\u0007\b\u001b\f\v"],
    ["A=$'\\x41\\x7\\101\\60\\u00e9\\U0001F600\\q'", "A\u0007A0é😀\\q"],
    ["A=1 # why", "1"],
    ["A=1;", "1"],
    ["  \t# comment\n\n\\\n export A=1", "1"],
    ["A=1\nA=2", "2"],
    ["A=caf\u00e9", "café"],
    ["\uFEFFA=1", "1"],
    ["A=1\r\n", "1"],
    ["A='1'\r\n\r\n# x\r\n", "1"],
    ["A='1\r\n'", "1\r\n"],
    ["A=$", "$"],
    ["A=$%", "$%"],
    ['A="$"', "$"],
    ["A=*?[x]{1,2}~", "*?[x]{1,2}~"],
  ])("%p gives %p", (text, value) => {
    expect(parse(text)).toEqual({ A: value });
  });

  test("takes several assignments, in the order of the last of each name", () => {
    expect(parse("A=1;B=2\nlower='x'\nA=3")).toEqual({ B: "2", lower: "x", A: "3" });
  });

  test("has values of variables assigned before, and keeps others as written", () => {
    const context = parseContext(bytes('A=a\nB=$A-${A}"-$A"\'$A\'\nC=$HOME"${B2}"$$$1'));
    expect(parse("A=a\nB=$A-${A}\"-$A\"'$A'")).toEqual({ A: "a", B: "a-a-a$A" });
    expect(
      "fault" in context ? context : new TextDecoder().decode(context.variables.get("C")),
    ).toBe("$HOME${B2}$$$1");
    expect("fault" in context ? [] : context.problems).toEqual(
      ["$HOME", "${B2}", "$$", "$1"].map((name) => ({
        message: `"${name}" is kept as it is: expected a variable that is assigned before it`,
        source: "context.sh",
        line: 3,
        severity: "warning",
      })),
    );
  });

  test("leaves out what shells set themselves", () => {
    expect(parse("RANDOM=1\nLINENO=2\n_=3\n__v=4\nSECONDS=5\nA=6")).toEqual({ A: "6" });
  });

  test.each([
    ["A=$(id)", "expected a constant, found a command substitution"],
    ["A=$((1+1))", "expected a constant, found a command substitution"],
    ['A="$(id)"', "expected a constant, found a command substitution"],
    ["A=`id`", "expected a constant, found a command substitution"],
    ['A="`id`"', "expected a constant, found a command substitution"],
    ["A=${B:-x}", "expected a constant, found a parameter expansion"],
    ['A="${#A}"', "expected a constant, found a parameter expansion"],
    ["A=1&", 'expected the end of the line behind the value, found "&"'],
    ["A=1|B", 'expected the end of the line behind the value, found "|"'],
    ["A=1>x", 'expected the end of the line behind the value, found ">"'],
    ["A=1 <x", 'expected the end of the line behind the value, found "<"'],
    ["A=(1)", 'expected the end of the line behind the value, found "("'],
    ["A=1 id", "expected the end of the line behind the value, found another word"],
    ["A=1 B=2", "expected the end of the line behind the value, found another word"],
    ["id", 'expected NAME="value", found something else'],
    ["A =1", 'expected NAME="value", found something else'],
    ["A+=1", 'expected NAME="value", found something else'],
    ["A[0]=1", 'expected NAME="value", found something else'],
    ["1A=1", 'expected NAME="value", found something else'],
    ["export A", 'expected NAME="value", found something else'],
    ["A=1;;", 'expected NAME="value", found something else'],
    [". /etc/profile", 'expected NAME="value", found something else'],
    ["A='x", "expected the end of a text in single quotes"],
    ['A="x', "expected the end of a text in double quotes"],
    ["A=$'x\\'", "expected the end of a text in $'…'"],
    ["A=$'\\x00'", "expected text, found a NUL byte in $'…'"],
    ["A='\0'", "expected text, found a NUL byte"],
  ])("%p is a fault of the whole file", (text, fault) => {
    expect(parse(`Z=ok\n${text}`)).toBe(fault);
    expect(parseContext(bytes(`Z=ok\n${text}`))).toMatchObject({ line: 2 });
  });

  test("keeps bytes that are no text", () => {
    const context = parseContext(Uint8Array.of(0x41, 0x3d, 0x27, 0xff, 0xfe, 0x27));
    expect("fault" in context ? context : context.variables.get("A")).toEqual(
      Uint8Array.of(0xff, 0xfe),
    );
  });

  test("is refused where it, or what its variables repeat, is too long", () => {
    expect(parse(new Uint8Array(CONTEXT_BYTES_MAX + 1).fill(0x20))).toStartWith(
      "expected at most 1048576 bytes",
    );
    const lines = ["V0=xxxxxxxx"];
    for (let index = 1; index < 60; index += 1) {
      lines.push(`V${index}="$V${index - 1}$V${index - 1}"`);
    }
    expect(parse(lines.join("\n"))).toBe("expected values of at most 16777216 bytes in all");
    expect(parse(`B='${"x".repeat(500_000)}'\nA=${"$B".repeat(40)}`)).toBe(
      "expected a value of at most 16777216 bytes",
    );
    const many = Array.from({ length: 500 }, (_, index) => `A${index}=$B`).join("\n");
    expect(parse(`B='${"x".repeat(100_000)}'\n${many}`)).toBe(
      "expected values of at most 16777216 bytes in all",
    );
  });

  test.each([
    ["blanks", " "],
    ["line ends", "\n"],
    ["comments", "#x\n"],
    ["continued lines", "\\\n"],
    ["carriage returns", "\r\n"],
    ["assignments", "A=1\n"],
    ["empty texts", "''"],
    ["dollars", "$"],
    ["escapes", "\\x"],
    ["unknown variables", "$x"],
  ])("of a megabyte of %s is read in a moment", (_what, unit) => {
    const text = `A=${unit.repeat(Math.floor((CONTEXT_BYTES_MAX - 2) / unit.length))}`;
    const startMs = performance.now();
    parse(text);
    expect(performance.now() - startMs).toBeLessThan(2000);
  });

  test("of any bytes gives variables or a fault with its line, and no value in a message", () => {
    const piece = fc.oneof(
      fc.constantFrom("A=", "B1=", "'", '"', "\\", "$", "${A}", "$A", "$'", "\n", " ", ";", "#"),
      fc.constantFrom("export ", "`", "$(", "(", ")", "&", "|", "<", ">", "\r\n", "\0", "S3cret"),
      fc.string({ unit: "binary", maxLength: 3 }),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }),
          fc.array(piece, { maxLength: 20 }).map((pieces) => bytes(pieces.join(""))),
        ),
        (text) => {
          const context = parseContext(text);
          if ("fault" in context) {
            expect(context.fault).not.toContain("S3cret");
            expect(context.line).toBeGreaterThan(0);
            return;
          }
          for (const [name, value] of context.variables) {
            expect(name).toMatch(/^[A-Za-z_][A-Za-z0-9_]*$/u);
            expect(value).toBeInstanceOf(Uint8Array);
            expect(value).not.toContain(0);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  test("that quotes any values as OpenNebula does gives them back", () => {
    const value = fc.string({ unit: "binary" }).filter((text) => !text.includes("\0"));
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/u), value), (given) => {
        const values = Object.fromEntries(
          Object.entries(given)
            .filter(([name]) => !/^(?:RANDOM|LINENO|SECONDS|SRANDOM|EPOCH)/u.test(name))
            .map(([name, text]) => [name, new TextDecoder().decode(bytes(text))]),
        );
        const lines = Object.entries(values).map(
          ([name, text]) => `${name}='${text.replaceAll("'", "'\\''")}'\n`,
        );
        expect(parse(`# Context variables generated by OpenNebula\n${lines.join("")}`)).toEqual(
          values,
        );
      }),
    );
  });
});

test("an escape that $'…' does not know keeps its backslash, and \\x takes two digits, as in bash", () => {
  expect(parse("A=$'\\x410'\n")).toEqual({ A: "A0" });
  expect(parse("A=$'\\\n'x\nB=$'a\\%'\n")).toEqual({ A: "\\\nx", B: "a\\%" });
});

// Only what parses, and so can run nothing, is given to a shell; it has neither PATH nor a directory to spoil.
describe.each(["bash", "ksh93", "ksh"].filter((name) => Bun.which(name) !== null))(
  "against %s",
  (shell) => {
    test("what can be used has the values that the shell gives it", () => {
      const directory = mkdtempSync(join(tmpdir(), "context-"));
      try {
        const piece = fc.oneof(
          fc.constantFrom("A=", "B=", "\nA=", "\nB=", ";B=", "export A=", "\n", " ", ";", "#"),
          fc.constantFrom("'", "'", '"', '"', "\\", "$A", "${A}", "$B", "$'", "\\n", "\\'", '\\"'),
          fc.constantFrom("x", "n", "0", "1", "A", "é", "%", "*", "\\\n", "\\x41", "\\101", "$"),
        );
        let usedCount = 0;
        fc.assert(
          fc.property(fc.array(piece, { minLength: 1, maxLength: 14 }), (pieces) => {
            const text = `A=0\nB=1\n${pieces.join("")}\n`;
            const context = parseContext(bytes(text));
            // A lone "$" before double quotes and letters that are not ASCII, and a name that goes on
            // behind an escaped line end: of those, shells have ideas of their own.
            const isUnclear = /\$(?!\{?[AB]|')|\$[AB]\\\n/u.test(text);
            // An escape that $'…' does not know keeps its backslash in bash, whose rules we follow (OpenNebula's
            // own scripts are for it); ksh drops it. Of \x, bash reads two digits, ksh as many as there are.
            const isBashs =
              shell !== "bash" && /\$'[^']*\\(?:[^abefnrtv\\'"0-7xuU]|x[0-9a-fA-F]{3})/u.test(text);
            if ("fault" in context || context.problems.length > 0 || isUnclear || isBashs) {
              return;
            }
            usedCount += 1;
            writeFileSync(join(directory, "context.sh"), text);
            const { stdout, exitCode } = Bun.spawnSync(
              [Bun.which(shell) ?? shell, "-c", '. ./context.sh; printf \'%s\\0\' "$A" "$B"'],
              {
                cwd: directory,
                env: { PATH: "/nonexistent", LC_ALL: "C" },
                stderr: "ignore",
              },
            );
            const own = ["A", "B"].map((name) => `${decode(context.variables.get(name))}\0`);
            expect({ text, exitCode, values: stdout.toString() }).toEqual({
              text,
              exitCode: 0,
              values: own.join(""),
            });
          }),
          { numRuns: 1_000 },
        );
        expect(usedCount).toBeGreaterThan(50);
      } finally {
        rmSync(directory, { recursive: true });
      }
    }, 60_000);
  },
);

function decode(value: Uint8Array | undefined): string {
  return new TextDecoder().decode(value);
}
