import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseYaml } from "../../src/text/yaml.ts";
import { PLAIN_SCALARS } from "./plain-scalars.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import { askPyYaml, hasPyYaml, normaliseAnswer, oracleForm } from "./pyyaml-oracle.ts";

function valueOf(text: string): unknown {
  const parsed = parseYaml(text, "test");
  return parsed.ok ? parsed.value : parsed.problems;
}

describe("PyYAML as the oracle", () => {
  if (requireOrSkip(hasPyYaml() ? undefined : "python3 with PyYAML is not installed here")) {
    return;
  }

  test("plain scalars", () => {
    const texts = PLAIN_SCALARS.map(([text]) => `- ${text}`);
    const answers = askPyYaml(texts);
    for (const [index, text] of texts.entries()) {
      const answer = answers[index];
      if (answer?.error === undefined) {
        expect([text, oracleForm(valueOf(text))]).toEqual([text, normaliseAnswer(answer?.value)]);
      }
    }
  });

  // Each fragment that PyYAML and the package take alike; what they take differently is known and
  // listed in the test below.
  const FRAGMENTS = [
    "a",
    "key",
    ": ",
    ":",
    "- ",
    "\n",
    "\n  ",
    "\n    ",
    "\n ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "'",
    '"',
    "|\n  ",
    ">\n  ",
    "|-\n    ",
    " #c",
    "&x ",
    "*x",
    "!!str ",
    "1",
    "0644",
    "12:30",
    "yes",
    "~",
    "<<: ",
    "\\n",
    "x y",
    "http://h:80/",
    "---\n",
    " ",
    "k: v\n",
    "- i\n",
    "  - j\n",
    '"q"',
    "'s'",
    "%",
    "@",
    "é",
  ];

  test("whatever both read, both read alike", () => {
    const texts = fc.sample(
      fc
        .array(fc.constantFrom(...FRAGMENTS), { minLength: 1, maxLength: 10 })
        .map((parts) => parts.join("")),
      { numRuns: 20_000 },
    );
    const answers = askPyYaml(texts);
    let bothRead = 0;
    let onlyPyYaml = 0;
    for (const [index, text] of texts.entries()) {
      const answer = answers[index];
      const parsed = parseYaml(text, "x");
      if (answer?.error !== undefined) {
        continue;
      }
      if (parsed.ok) {
        bothRead += 1;
        expect([text, oracleForm(parsed.value)]).toEqual([text, normaliseAnswer(answer?.value)]);
      } else {
        onlyPyYaml += 1;
      }
    }
    expect(bothRead).toBeGreaterThan(1000);
    // Odd places for block text ("a:\n|\n  x"), tags before one-line mappings, and the like.
    expect(onlyPyYaml).toBeLessThan(bothRead / 200);
  });

  test("the structures that people write are read alike", () => {
    const texts = [
      "a: [1,\n2]\n",
      "a: 'b'#c\n",
      "a: &x\n  b: 1\nc:\n  <<: *x\n  b: 2\n",
      "? a\n: b\n? c\n",
      "{a, b: , 'c':1}",
      "[a: 1, b: 2]",
      "a: >-\n  x\n   y\n  z\n",
      "a: |2\n   x\n  y\n",
      'a: "x\n\n  y\\\n   z"\n',
      "a:\n- b\n-   c: 1\n    d: 2\n- - e\n  - f\n",
      "a: x\n  y\n  z # c\n",
      "a: 1\n...\n...\n",
    ];
    const answers = askPyYaml(texts);
    for (const [index, text] of texts.entries()) {
      expect([text, answers[index]?.error]).toEqual([text, undefined]);
      expect([text, oracleForm(valueOf(text))]).toEqual([
        text,
        normaliseAnswer(answers[index]?.value),
      ]);
    }
  });
});
