import { readFileSync } from "node:fs";
import { describe, expect, test } from "bun:test";
import { builtArtefacts } from "../../scripts/built-artefacts.ts";
import { startSooner } from "../../scripts/node-bundle.ts";

/** What an expression of JavaScript is, in the text that startSooner gives. */
const valueOf = (expression: string): unknown =>
  new Function("require", `return ${startSooner(expression)}`)((name: string) => `module ${name}`);

describe("a bundle for Node.js", () => {
  test("keeps what literals say when they are written in ASCII", () => {
    for (const text of ["dots…", "é", "\u{1f600} and \u{2028}", "\\…".slice(1), "tail\\\\"]) {
      expect(valueOf(JSON.stringify(text))).toBe(text);
    }
    expect(valueOf("`a ${'…'} \u{1f600}`")).toBe("a … \u{1f600}");
    expect(valueOf('/^[…é]\u{1f600}$/u.test("é\u{1f600}")')).toBe(true);
    expect(valueOf('/[\u{1f600}-\u{1f602}]/u.test("\u{1f601}")')).toBe(true);
    expect(valueOf('"\\\\…"')).toBe("\\…");
    expect(startSooner('"…"')).toBe('"\\u2026"');
  });

  test("requires what it would import of Node.js later", async () => {
    expect(await valueOf('import("node:fs/promises")')).toBe("module node:fs/promises");
  });

  test("is refused where it cannot be changed so", () => {
    expect(() => startSooner('import("./chunk.js")')).toThrow("it would not be one file");
    expect(() => startSooner("/\\…/u")).toThrow('has "\\…"');
  });

  test("as it is built is ASCII, and loads nothing as an ES module", () => {
    const text = readFileSync(builtArtefacts().bundle, "latin1");
    // oxlint-disable-next-line no-control-regex
    expect(text.search(/[^\0-\x7f]/u)).toBe(-1);
    expect(text.match(/\bimport\(["'].{0,20}/gu)).toBeNull();
  });
});
