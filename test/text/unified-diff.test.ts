import { expect, test } from "bun:test";
import fc from "fast-check";
import { unifiedDiff } from "../../src/text/unified-diff.ts";

test("a changed line stands between three lines of context", () => {
  expect(unifiedDiff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n")).toEqual([
    "@@ -2,7 +2,7 @@",
    " 2",
    " 3",
    " 4",
    "-5",
    "+five",
    " 6",
    " 7",
    " 8",
  ]);
});

test("changes far from each other are hunks of their own", () => {
  const lines = Array.from({ length: 20 }, (_, index) => String(index + 1));
  const before = `${lines.join("\n")}\n`;
  const after = before.replace("2\n", "two\n").replace("19\n", "");
  expect(unifiedDiff(before, after).filter((line) => line.startsWith("@"))).toEqual([
    "@@ -1,5 +1,5 @@",
    "@@ -16,5 +16,4 @@",
  ]);
});

test("a new file begins at line 0 of nothing", () => {
  expect(unifiedDiff("", "one\ntwo")).toEqual([
    "@@ -0,0 +1,2 @@",
    "+one",
    "+two",
    String.raw`\ No newline at end of file`,
  ]);
});

test("a line end that goes away is a difference, equal texts have none", () => {
  expect(unifiedDiff("a\n", "a")).toEqual([
    "@@ -1 +1 @@",
    "-a",
    "+a",
    String.raw`\ No newline at end of file`,
  ]);
  expect(unifiedDiff("a\nb", "a\nb")).toEqual([]);
});

test("a part too large to be compared line by line is replaced as a whole", () => {
  const before = Array.from({ length: 1_200 }, (_, index) => `a${index}\n`).join("");
  const after = Array.from({ length: 1_200 }, (_, index) => `b${index}\n`).join("");
  const lines = unifiedDiff(before, after);
  expect(lines).toHaveLength(2_401);
  expect(lines[0]).toBe("@@ -1,1200 +1,1200 @@");
});

test("the old text with the diff applied is the new text", () => {
  const text = fc
    .array(fc.constantFrom("a", "b", "c", ""), { maxLength: 30 })
    .chain((lines) => fc.boolean().map((ends) => lines.join("\n") + (ends ? "\n" : "")));
  fc.assert(
    fc.property(text, text, (before, after) => {
      expect(applyDiff(before, unifiedDiff(before, after))).toBe(after);
    }),
  );
});

function applyDiff(before: string, diff: readonly string[]): string {
  const old = before === "" ? [] : before.split(/(?<=\n)/u);
  const result: string[] = [];
  let next = 0;
  for (const [index, line] of diff.entries()) {
    const start = /^@@ -(\d+)(?:,(\d+))? /u.exec(line);
    if (start !== null) {
      const first = Number(start[1]) - (start[2] === "0" ? 0 : 1);
      result.push(...old.slice(next, first));
      next = first;
      continue;
    }
    if (line.startsWith("\\")) {
      continue;
    }
    const end = diff[index + 1]?.startsWith("\\") === true ? "" : "\n";
    if (line.startsWith("+")) {
      result.push(`${line.slice(1)}${end}`);
    } else {
      expect(old[next]).toBe(`${line.slice(1)}${end}`);
      if (line.startsWith(" ")) {
        result.push(old[next] ?? "");
      }
      next += 1;
    }
  }
  return [...result, ...old.slice(next)].join("");
}
