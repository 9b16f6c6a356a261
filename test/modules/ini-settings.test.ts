import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { isIniName, readIniSettings } from "../../src/modules/ini-settings.ts";

test("text, numbers and truth values are settings; a line end behind a text is none of it", () => {
  const { settings, problems } = readIniSettings({ a: "b\n", c: 1.5, d: false, e: "" }, ["x"]);
  expect([...settings]).toEqual([
    ["a", "b"],
    ["c", "1.5"],
    ["d", "false"],
    ["e", ""],
  ]);
  expect(problems).toEqual([]);
});

test("the rest is told with its place and without its value", () => {
  const written = { "a=b": 1, c: "MARK\n[d]", e: ["MARK"], f: null };
  const { settings, problems } = readIniSettings(written, ["x", "y"]);
  expect(settings.size).toBe(0);
  expect(problems.map(({ path }) => path?.join("."))).toEqual([
    "x.y.a=b",
    "x.y.c",
    "x.y.e",
    "x.y.f",
  ]);
  expect(JSON.stringify(problems)).not.toContain("MARK");
  expect(readIniSettings(["a"], ["x"]).problems[0]?.message).toBe(
    "x: expected a mapping of settings, got a list",
  );
});

test("whatever is written, no setting breaks out of its line", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.anything()), (written) => {
      for (const [key, value] of readIniSettings(written, ["x"]).settings) {
        expect(isIniName(key)).toBe(true);
        expect(`${key} = ${value}`).not.toMatch(/[\n\r\0]/u);
      }
    }),
  );
});
