import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { JSON_DEPTH_MAX } from "../../src/text/find-json-fault.ts";
import { parseJsonBytes } from "../../src/text/parse-json-bytes.ts";

function parse(text: string): ReturnType<typeof parseJsonBytes> {
  return parseJsonBytes(new TextEncoder().encode(text));
}

describe("parseJsonBytes", () => {
  test("agrees with JSON.parse on every text, whether it is JSON or nearly so", () => {
    const pieces = fc.array(
      fc.constantFrom(
        ...'{}[],:"\\ \n'.split(""),
        '"a"',
        "true",
        "null",
        "-1.5e3",
        "01",
        "1.",
        "\\u00e9",
        "\\x",
        "\u0001",
        "é",
      ),
      { maxLength: 12 },
    );
    const mutated = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom("", ",", "}", '"', "\\", "x"))
      .map(([json, at, insert]) => {
        const position = at % (json.length + 1);
        return json.slice(0, position) + insert + json.slice(position + 1);
      });
    const text = fc.oneof(
      pieces.map((list) => list.join("")),
      mutated,
      fc.json(),
    );
    fc.assert(
      fc.property(text, (candidate) => {
        let expected: unknown;
        let isJson = true;
        try {
          expected = JSON.parse(candidate);
        } catch {
          isJson = false;
        }
        const parsed = parse(candidate);
        expect("value" in parsed).toBe(isJson);
        if ("value" in parsed) {
          expect(parsed.value).toEqual(expected);
        }
      }),
      { numRuns: 3000 },
    );
  });

  for (const [text, fault] of [
    ["", "expected JSON, but it is empty"],
    [" \n", "expected JSON, but it is empty"],
    ['{"a": 1', "expected JSON, but at line 1, column 8: it is cut short"],
    ['{"a": "b', "expected JSON, but at line 1, column 7: it is cut short inside a string"],
    ['{\n  "a": 1,\n}', "expected JSON, but at line 3, column 1: expected a name in double quotes"],
    ["{'a': 1}", 'expected JSON, but at line 1, column 2: expected a name in double quotes or "}"'],
    ['{"a" 1}', 'expected JSON, but at line 1, column 6: expected ":"'],
    ['["a" "b"]', 'expected JSON, but at line 1, column 6: expected "," or a closing bracket'],
    ["[1] x", "expected JSON, but at line 1, column 5: expected nothing more"],
    ["[truth]", 'expected JSON, but at line 1, column 2: expected a value or "]"'],
    ["[tr", "expected JSON, but at line 1, column 2: it is cut short"],
    ['["a\\u00', "expected JSON, but at line 1, column 2: it is cut short inside a string"],
    [
      '["a\\q"]',
      "expected JSON, but at line 1, column 2: a string holds an unknown escape sequence",
    ],
  ] as const) {
    test(`says what is wrong with ${JSON.stringify(text)}`, () => {
      const parsed = parse(text);
      expect("fault" in parsed ? parsed.fault : parsed.value).toBe(fault);
    });
  }

  test("says which byte is not UTF-8", () => {
    const bytes = Uint8Array.from([0x7b, 0x22, 0xc3, 0xa9, 0xff, 0x22]);
    expect(parseJsonBytes(bytes)).toEqual({
      fault: "expected JSON in UTF-8, but byte 4 is 0xff, which is not UTF-8",
    });
    expect(parseJsonBytes(Uint8Array.from([0x22, 0xe9, 0x22]))).toEqual({
      fault: "expected JSON in UTF-8, but byte 1 is 0xe9, which is not UTF-8",
    });
    expect(parseJsonBytes(Uint8Array.from([0x22, 0xc3]))).toEqual({
      fault: "expected JSON in UTF-8, but byte 1 is 0xc3, which is not UTF-8",
    });
  });

  test("passes over a byte order mark", () => {
    expect(parse("\uFEFF[1]")).toEqual({ value: [1] });
  });

  test("refuses nesting that would exhaust the stack of later readers", () => {
    const deep = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
    expect("value" in parse(deep(JSON_DEPTH_MAX))).toBe(true);
    for (const depth of [JSON_DEPTH_MAX + 1, 1_000_000]) {
      expect(parse(deep(depth))).toMatchObject({
        fault: expect.stringContaining("nested deeper than 100 levels"),
      });
    }
  });

  test("reads a string of several megabytes", () => {
    const value = "x\\n".repeat(1_000_000);
    expect("value" in parse(JSON.stringify({ value }))).toBe(true);
  });

  test("never quotes the document", () => {
    const secret = "hunter2";
    for (const text of [`{"p": "${secret}", }`, `{"p": "${secret}`, `${secret}`]) {
      const parsed = parse(text);
      expect(JSON.stringify(parsed)).not.toContain(secret);
    }
  });
});
