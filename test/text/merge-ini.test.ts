import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { mergeIni } from "../../src/text/merge-ini.ts";

type Settings = Readonly<Record<string, Readonly<Record<string, string>>>>;

function merge(text: string, settings: Settings): string {
  return mergeIni(
    text,
    new Map(Object.entries(settings).map(([name, own]) => [name, new Map(Object.entries(own))])),
  );
}

const FILE = `# top comment
loose = 1

[main]
  server=old.example.com # no comment to puppet
; another
vardir = /var/lib

[agent]
report = true
`;

describe("mergeIni", () => {
  test("changes a value in its place, and leaves every other line alone", () => {
    expect(merge(FILE, { main: { server: "new.example.com" } })).toBe(
      FILE.replace(/^ {2}server=.*$/mu, "server = new.example.com"),
    );
  });

  test("adds keys to the end of their section, and sections to the end", () => {
    expect(merge(FILE, { "": { first: "1" }, main: { a: "b" }, own: { c: "d" } })).toBe(
      FILE.replace("loose = 1\n", "loose = 1\nfirst = 1\n").replace(
        "vardir = /var/lib\n",
        "vardir = /var/lib\na = b\n",
      ) + "[own]\nc = d\n",
    );
  });

  test("makes a file where there is none", () => {
    expect(merge("", { "": { a: "1" }, agent: { b: "2" } })).toBe("a = 1\n[agent]\nb = 2\n");
    expect(merge("", {})).toBe("");
  });

  test("a key that is there twice is there once afterwards: the second would win", () => {
    expect(merge("[a]\nk = 1\nx = y\nk = 2\n", { a: { k: "3" } })).toBe("[a]\nk = 3\nx = y\n");
    expect(merge("[a]\nk = 1\n[b]\n[a]\nk = 2\n", { a: { k: "2" } })).toBe(
      "[a]\nk = 2\n[b]\n[a]\n",
    );
  });

  test("comments and settings of other sections are no settings of this one", () => {
    const text = "#k = 1\n[other]\nk = 1\n";
    expect(merge(text, { main: { k: "2" } })).toBe(`${text}[main]\nk = 2\n`);
  });

  test("what is so already gives the very text, without its line end too", () => {
    for (const text of [FILE, "[main]\nk=v", "[main]\nk = v\n\n\n"]) {
      const settings: Settings =
        text === FILE ? { agent: { report: "true" } } : { main: { k: "v" } };
      expect(merge(text, settings)).toBe(text);
    }
  });

  test("whatever is in the file, a second merge changes nothing", () => {
    const word = fc.stringMatching(/^[a-z]{1,4}$/u);
    const line = fc.oneof(
      fc.constantFrom("[main]", "[a]", "", "# c", " k = 1", "k=2", "[", "=", "x"),
      fc.tuple(word, word).map(([key, value]) => `${key} = ${value}`),
    );
    const settings = fc.dictionary(
      fc.constantFrom("", "main", "a", "new"),
      fc.dictionary(word, word, { maxKeys: 3, noNullPrototype: true }),
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(fc.array(line), settings, (lines, wanted) => {
        const once = merge(lines.join("\n"), wanted);
        expect(merge(once, wanted)).toBe(once);
        for (const own of Object.values(wanted)) {
          for (const [key, value] of Object.entries(own)) {
            expect(once).toMatch(new RegExp(`^\\s*${key}\\s*=\\s*${value}\\s*$`, "mu"));
          }
        }
      }),
    );
  });
});
