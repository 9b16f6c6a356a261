import { describe, expect, test } from "bun:test";
import { lineAt } from "../../src/text/line-index.ts";
import type { LineIndex } from "../../src/text/line-index.ts";
import { createSourceLines } from "../../src/text/source-lines.ts";
import { parseYaml } from "../../src/text/yaml.ts";

const TEXT = [
  "#cloud-config", // 1
  "hostname: vm1", // 2
  "write_files:", // 3
  "- path: /a", // 4
  "  content: |", // 5
  "    - path: no", // 6
  "-", // 7
  "  path: /b", // 8
  "base: &base", // 9
  "  mode: 1", // 10
  "other:", // 11
  "  <<: *base", // 12
  "  extra: 2", // 13
  "runcmd: [ls,", // 14
  '  [echo, "x"]]', // 15
  "again: *base", // 16
].join("\n");

describe("lines of keys and items", () => {
  const lines = createSourceLines(TEXT);

  test.each([
    [["hostname"], 2],
    [["write_files"], 3],
    [["write_files", 0], 4],
    [["write_files", 0, "content"], 5],
    [["write_files", 1], 8],
    [["write_files", 1, "path"], 8],
    [["other", "mode"], 10],
    [["other", "extra"], 13],
    [["runcmd", 0], 14],
    [["runcmd", 1, 0], 15],
    [["again"], 16],
    [["again", "mode"], 10],
  ] as const)("%j is on line %d", (path, line) => {
    expect(lines.lineOf(path)).toBe(line);
  });

  test("what is not written has the line of what is around it", () => {
    expect(lines.lineOf(["write_files", 1, "owner"])).toBe(8);
    expect(lines.lineOf(["write_files", 7])).toBe(3);
    expect(lines.lineOf(["nothing"])).toBeUndefined();
    expect(lines.lineOf(["__proto__"])).toBeUndefined();
  });

  test("many paths at once", () => {
    expect(lines.linesOf([["hostname"], ["nothing"], ["runcmd"]])).toEqual([2, undefined, 14]);
  });

  test("text that is no YAML has no lines", () => {
    expect(createSourceLines("a: b: c").lineOf(["a"])).toBeUndefined();
    expect(createSourceLines("").lineOf(["a"])).toBeUndefined();
  });

  test("the last of two equal keys counts", () => {
    expect(createSourceLines("a: 1\na: 2").lineOf(["a"])).toBe(2);
  });
});

test("the index that parsing gives along survives JSON and answers alike", () => {
  const parsed = parseYaml(TEXT, "user-data", { withLines: true });
  const index = parsed.ok ? parsed.lines : undefined;
  const copy = JSON.parse(JSON.stringify(index)) as LineIndex;
  expect(lineAt(copy, ["write_files", 0, "content"])).toBe(5);
  expect(lineAt(copy, ["other", "mode"])).toBe(10);
});
