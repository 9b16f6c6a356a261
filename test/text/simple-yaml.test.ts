import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defaultConfigFiles } from "../../src/config/default-cloud-cfg.ts";
import { MODULES } from "../../src/modules/registry.ts";
import { readSimpleYaml } from "../../src/text/simple-yaml.ts";
import { openYaml } from "../../src/text/yaml.ts";
import { evaluateYaml, readPlainYaml } from "../../src/text/yaml-document.ts";
import { stringifyYaml } from "../../src/text/yaml-emitter.ts";
import { PLAIN_SCALARS } from "./plain-scalars.ts";

/** What the package says, lines and warnings included. */
function byPackage(text: string): unknown {
  const opened = openYaml(text, "test");
  return opened.ok ? evaluateYaml(opened.tree, opened.text, "test", { withLines: true }) : opened;
}

/** Whether the text is simple; throws unless it means then what the package says. */
function isReadAlike(text: string): boolean {
  const plain = readPlainYaml(text, "test", { withLines: true });
  if (plain === undefined) {
    return false;
  }
  expect({ text, parsed: plain }).toEqual({ text, parsed: byPackage(text) } as never);
  return true;
}

describe("what is written plainly is read, as the package reads it", () => {
  test.each([
    "a: 1\n",
    "a: 1",
    "#cloud-config\n\n# c\na: x # c\n\n#c\nb: y#z\n",
    "a:\n  b:\n    c: d\n  e:\nf:\n",
    "a:\n- x\n- y: 1\n  z: 2\n\n-   w:\n    - 1\nb: 2\n",
    "- a\n- b: c\n-    d: e\n     f: g\n",
    "- a:\n- b:\n  - c\n  d:\n",
    "a: |\n  x\n\n    y\n  # no comment\n\n\nb: |-\n    z\n# c\nc: 1\n",
    "a: | # c\n x\nb:\n - |\n  y\n  \tw\n -  |-\n     z\n",
    "# c\n---\na: 1\n...\n",
    "--- # c\n- - a\n  - b: c\n  -   - d\n\n... # c\n# c\n",
    "a: \"x: # \\\"y\\\" \\\\ \\n\\t\"\nb: 'it''s: # y'   # c\n",
    "a: [x, -p, /y z, 'q, r', \"s\", [], {}, [1, [2]]]\n",
    "a: {b: c, d: [e], f: {g: '| tee -a /x'}} # c\n",
    "_l:\n  - &b |\n    [x]\n    y=%(z)s\n  - &f 'g'\n  - &i [1, 2]\nl: [*b, *f]\nm: *i\n",
    "a: &x 1\nb: *x\na: 2\n",
    "url: http://192.0.2.1:80/x?y=z&w\npath: C:\\x\nodd: <<\ne: =\nf: -x\ng: --- a\n",
    "22: a\nyes: b\n012: c\n1.5: d\n",
    "a: é\nb: |\n  ü\u00a0\nc: 日本\n",
    'runcmd:\n  - mkdir -p /var/orders\n  - [sh, -c, "uname -n > /x"]\n',
  ])("%j", (text) => {
    expect(isReadAlike(text)).toBe(true);
  });

  test.each(PLAIN_SCALARS.map(([text]) => text))("the plain scalar %j", (text) => {
    isReadAlike(`key: ${text}\n`);
    isReadAlike(`- ${text}\n`);
    isReadAlike(`a: [${text}, ${text}]\n`);
    isReadAlike(`a: {b: ${text}}\n`);
  });

  test("the files that install writes, the sample drive's user-data and every module's examples", async () => {
    for (const platform of ["aix", "linux"] as const) {
      for (const { content } of defaultConfigFiles(platform)) {
        expect(isReadAlike(content)).toBe(true);
      }
    }
    const drive = fileURLToPath(new URL("../fixtures/sample-drive", import.meta.url));
    expect(isReadAlike(readFileSync(join(drive, "openstack/latest/user_data"), "utf8"))).toBe(true);
    for (const { load } of MODULES) {
      for (const example of (await load()).examples) {
        isReadAlike(example);
      }
    }
  });

  test("every YAML file among the fixtures", () => {
    const fixtures = fileURLToPath(new URL("../fixtures", import.meta.url));
    const files = readdirSync(fixtures, { recursive: true, encoding: "utf8" }).filter((name) =>
      /\.(?:ya?ml|cfg)$|user_data$/u.test(name),
    );
    const simple = files.filter((name) => isReadAlike(readFileSync(join(fixtures, name), "utf8")));
    expect(simple.length).toBeGreaterThan(0);
  });
});

test.each([
  "",
  "# c\n",
  "a\n",
  "%YAML 1.1\n---\na: 1\n",
  " a: 1\n",
  "a: 1\n b: 2\n",
  "a: x\n  y\n",
  "a:\n  x\n",
  "a: 'x\n  y'\n",
  "a: [x,\n  y]\n",
  "a: [x, ]\n",
  "a: [b: c]\n",
  "a: b: c\n",
  "a: b:\n",
  "a : b\n",
  '"a": b\n',
  "a: !!str 1\n",
  "a: >\n  x\n",
  "a: |2\n   x\n",
  "a: |+\n  x\n\n",
  "a: |\n  x",
  "a: |\n\nb: 1\n",
  "a: |\n    \n  x\n",
  "a:\n  - |\n    x\n   y\n",
  "? a\n: b\n",
  "-\n  a: 1\n",
  "<<: {a: 1}\n",
  "a: *x\n",
  "a: &x [*x]\n",
  "a: &x\n  b: 1\n",
  "a:\tb\n",
  "a: b\tc\n",
  "a:\n\tb: 1\n",
  "a: @x\n",
  "a: 1\n...\n---\nb: 2\n",
  "--- a: 1\n",
  "a: |\n\tx\n",
  "a: |\n  \tx\n",
  "a: 1\n- b\n",
  "a:\n    b: 1\n  c: 2\n",
  'a: "\\x41"\n',
  "a: x\u2028y\n",
])("%j is left to the package", (text) => {
  expect(readPlainYaml(text, "test")).toBeUndefined();
});

test("nesting beyond the limit is left to the package", () => {
  const nested = Array.from({ length: 400 }, (_, level) => `${" ".repeat(level)}a:`).join("\n");
  expect(readSimpleYaml(`${nested}\n`)).toBeUndefined();
  expect(readSimpleYaml(`a: ${"[".repeat(100_000)}`)).toBeUndefined();
});

const FRAGMENTS = [
  ["a", "b", "a: ", "b:", "a:\n", "k: v\n", "- ", "-", "\n", "\n\n", " ", "  ", "    ", "\t"],
  ["# c", " # c\n", "#", ": ", ":", ", ", ",", "[", "]", "{", "}", "[x, y]", "{k: v}", "'"],
  ['"', "''", "'q'", '"q"', "\\n", "\\", "|", "|\n", "|-\n", "| # c\n", "  x\n", "    y\n"],
  ["&a ", "&a |\n", "*a", "*b", "!", ">", "%", "@", "?", "? ", "---", "...", "<<", "=", "~"],
  ["1", "0644", "yes", "null", "1.5", "2001-01-01", "-x", "http://x", "é", "\r\n", "  - ", "  a: "],
].flat();

test("whatever is strung together, what is read here the package reads the same way", () => {
  let simpleCount = 0;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 14 }), (parts) => {
      simpleCount += isReadAlike(parts.join("")) ? 1 : 0;
    }),
    { numRuns: 20_000 },
  );
  expect(simpleCount).toBeGreaterThan(50);
});

const LINES = [
  ["a: 1", "b: x y", "c:", "- d", "- e: 1", "- f:", "-  g: 'h'", "i: [1, x]", "- [j, {k: l}]"],
  ["# m", "", "n: |", "- |", "o: |-", "p: &q r", "s: *q", 't: "u"', "v: w # x", "y", "- |-"],
].flat();

test("lines in any order and depth, too", () => {
  let simpleCount = 0;
  const line = fc
    .tuple(fc.constantFrom(0, 0, 0, 2, 2, 2, 4, 1, 3), fc.constantFrom(...LINES))
    .map(([indent, text]) => `${" ".repeat(indent)}${text}\n`);
  fc.assert(
    fc.property(fc.array(line, { maxLength: 9 }), (lines) => {
      simpleCount += isReadAlike(lines.join("")) ? 1 : 0;
    }),
    { numRuns: 20_000 },
  );
  expect(simpleCount).toBeGreaterThan(500);
});

test("what our own emitter writes is read as it was meant, and nearly always here", () => {
  const text = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom("line one\n", "#!/bin/sh\necho x\n", " x", "a: b", "yes", "0644", ""),
  );
  const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ depthSize: "small" }, scalar, tie("list"), tie("mapping")),
    list: fc.array(tie("any"), { maxLength: 4 }),
    mapping: fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/u), tie("any"), { maxKeys: 4 }),
  })).mapping;
  let simpleCount = 0;
  fc.assert(
    fc.property(value, (config) => {
      simpleCount += isReadAlike(stringifyYaml(config)) ? 1 : 0;
    }),
    { numRuns: 2_000 },
  );
  expect(simpleCount).toBeGreaterThan(1_000);
});
