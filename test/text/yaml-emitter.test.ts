import { requireOrSkip } from "../support/require-or-skip.ts";
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseYaml } from "../../src/text/yaml.ts";
import { renderYamlBody, stringifyYaml } from "../../src/text/yaml-emitter.ts";
import { askPyYaml, hasPyYaml, normaliseAnswer, oracleForm } from "./pyyaml-oracle.ts";

function readBack(value: unknown): unknown {
  const parsed = parseYaml(stringifyYaml(value), "written");
  return parsed.ok ? parsed.value : parsed.problems;
}

describe("the form that cloud-init writes", () => {
  test("document marks, sorted keys, four blanks, lists at their key", () => {
    const value = {
      write_files: [{ path: "/etc/motd", content: "hello\nworld\n", permissions: "0644" }],
      runcmd: [["ls", "-l"], "echo: done", []],
      hostname: "vm1",
      nested: { b: null, a: { on: true, off: 1.5 } },
    };
    expect(stringifyYaml(value)).toBe(
      [
        "---",
        "hostname: vm1",
        "nested:",
        "    a:",
        "        'off': 1.5",
        "        'on': true",
        "    b: null",
        "runcmd:",
        "-   - ls",
        "    - '-l'",
        "- 'echo: done'",
        "- []",
        "write_files:",
        "-   content: |",
        "        hello",
        "        world",
        "    path: /etc/motd",
        "    permissions: '0644'",
        "...",
        "",
      ].join("\n"),
    );
  });

  test.each([
    "0644",
    "yes",
    "12:30",
    "~",
    "",
    "2012-09-01",
    "1.5",
    "=",
    "<<",
    ".inf",
    "null",
    "0x1F",
  ])("the text %j is quoted, since it would read as something else", (text) => {
    expect(stringifyYaml({ a: text })).toBe(`---\na: '${text}'\n...\n`);
    expect(readBack({ a: text })).toEqual({ a: text });
  });

  test("text outside ASCII is escaped in double quotes", () => {
    expect(stringifyYaml(["é\u2028😀"])).toBe('---\n- "\\xE9\\u2028\\U0001F600"\n...\n');
  });

  test("undefined properties are left out; empty collections stand in brackets", () => {
    expect(renderYamlBody({ a: undefined, b: {}, c: [], d: { e: undefined } })).toBe(
      "b: {}\nc: []\nd: {}\n",
    );
    expect(renderYamlBody({})).toBe("{}\n");
    expect(renderYamlBody("x")).toBe("x\n");
  });

  test("bytes are !!binary", () => {
    const bytes = Uint8Array.from({ length: 200 }, (_, index) => index);
    expect(readBack({ a: bytes, b: new Uint8Array(0) })).toEqual({
      a: bytes,
      b: new Uint8Array(0),
    });
  });

  test("a value that contains itself is a RangeError, not an endless loop", () => {
    const value: unknown[] = [];
    value.push(value);
    expect(() => stringifyYaml(value)).toThrow(RangeError);
  });
});

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.string({
    unit: fc.constantFrom(
      "a",
      " ",
      "\n",
      ":",
      "#",
      "-",
      "'",
      '"',
      "0",
      "\t",
      ".",
      "?",
      "é",
      "{",
      "[",
      "&",
      "%",
      "\\",
      ",",
      "|",
      "\u0085",
      "\u2028",
    ),
  }),
  fc.constantFrom(
    "yes",
    "0644",
    "1e3",
    "---",
    "...",
    "a: b",
    "- a",
    "x ",
    " x",
    "a\n\n",
    "\na",
    "a\n \n",
    "a #b",
    "key:",
    "~",
    "1_0",
    "a".repeat(1100),
  ),
);
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(1e21, 1e-7, 1.5e300, 0.1),
);
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    text,
    number,
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 80 }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(text, tie("value"), { maxKeys: 4 }),
  ),
}));

/** As written and read again: no lone surrogates, which are no characters, and no prototype but the usual. */
function wellFormed(value: unknown): unknown {
  if (typeof value === "string") {
    return value.replaceAll(
      /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g,
      "\uFFFD",
    );
  }
  if (Array.isArray(value)) {
    return value.map(wellFormed);
  }
  if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [wellFormed(key) as string, wellFormed(item)]),
    );
  }
  return Object.is(value, -0) ? 0 : value;
}

describe("what is written reads back equal", () => {
  test("by our own parser", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(readBack(value)).toEqual(wellFormed(value));
      }),
      { numRuns: 3000 },
    );
  });

  const obstacle = hasPyYaml() ? undefined : "python3 with PyYAML is not installed here";
  test.skipIf(requireOrSkip(obstacle))("by PyYAML", () => {
    const values = fc.sample(anyValue, { numRuns: 3000 });
    const answers = askPyYaml(values.map(stringifyYaml));
    for (const [index, value] of values.entries()) {
      const answer = answers[index];
      expect([stringifyYaml(value), answer?.error]).toEqual([stringifyYaml(value), undefined]);
      expect(normaliseAnswer(answer?.value)).toEqual(oracleForm(wellFormed(value)));
    }
  });
});
