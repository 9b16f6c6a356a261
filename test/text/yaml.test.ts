import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parse as parseWithPackage } from "yaml";
import { formatProblem } from "../../src/text/problem.ts";
import { parseYaml, YAML_TOKENS_MAX } from "../../src/text/yaml.ts";
import { YAML_SIZE_BYTES_MAX } from "../../src/text/yaml-document.ts";
import { YAML_ALIAS_WEIGHT_MAX, YAML_DEPTH_MAX } from "../../src/text/yaml-value.ts";
import { PLAIN_SCALARS } from "./plain-scalars.ts";

function valueOf(text: string | Uint8Array): unknown {
  const parsed = parseYaml(text, "test");
  if (!parsed.ok) {
    throw new Error(parsed.problems.map(formatProblem).join("; "));
  }
  return parsed.value;
}

function faultOf(text: string | Uint8Array): string {
  const parsed = parseYaml(text, "user-data");
  if (parsed.ok) {
    throw new Error(`It was read: ${JSON.stringify(parsed.value)}`);
  }
  return parsed.problems.map(formatProblem).join("; ");
}

describe("the values of plain scalars", () => {
  test.each(PLAIN_SCALARS.map(([text, value]) => ({ text, value })))(
    "$text is what PyYAML makes of it",
    ({ text, value }) => {
      expect(valueOf(`key: ${text}`)).toEqual({ key: value });
      expect(valueOf(`- ${text}`)).toEqual([value]);
      expect(valueOf(`[${text}]`)).toEqual([value]);
    },
  );

  test("the package's own YAML 1.1 mode reads these otherwise, which is why it is not used", () => {
    const differing = PLAIN_SCALARS.filter(([text, value]) => {
      const theirs: unknown = parseWithPackage(text, { version: "1.1" });
      return !Object.is(theirs, value);
    }).map(([text]) => text);
    expect(differing).toEqual([
      "y",
      "n",
      "Y",
      "N",
      "08",
      "089",
      "-0",
      "08:00",
      "-.5",
      "1e3",
      "12e03",
      "1.0e3",
      "2012-09-01",
      "2012-13-45",
      "2001-12-14t21:59:43.10-05:00",
      "2001-12-14 21:59:43",
      "12345678901234567890",
    ]);
  });

  test("quoted scalars are text whatever they look like", () => {
    expect(valueOf(`['0644', "yes", '12:30', "~", '']`)).toEqual(["0644", "yes", "12:30", "~", ""]);
  });

  test("an empty value is null, as is an empty document", () => {
    expect(valueOf("a:\nb: ~")).toEqual({ a: null, b: null });
    expect(valueOf("")).toBeNull();
    expect(valueOf("#cloud-config\n# nothing\n")).toBeNull();
  });
});

describe("structure", () => {
  test("the first line #cloud-config is a comment", () => {
    expect(valueOf("#cloud-config\nhostname: vm1\n")).toEqual({ hostname: "vm1" });
  });

  test("the last of two equal keys wins, and the place is told", () => {
    const parsed = parseYaml("a: 1\nb: 2\na: 3\n", "user-data");
    expect(parsed).toMatchObject({ ok: true, value: { a: 3, b: 2 } });
    expect(parsed.ok && parsed.warnings.map(formatProblem)).toEqual([
      "user-data:3:1: This key stands twice in its mapping: the last one counts",
    ]);
  });

  test("merge keys: own keys win, then the earlier of a list, then the later of two", () => {
    expect(valueOf("b: &b {x: 1, y: 2}\na:\n  y: 9\n  <<: *b\n")).toEqual({
      b: { x: 1, y: 2 },
      a: { x: 1, y: 9 },
    });
    expect(valueOf("{<<: [{x: 1}, {x: 2, y: 3}]}")).toEqual({ x: 1, y: 3 });
    expect(valueOf("<<: {x: 1}\n<<: {x: 2}")).toEqual({ x: 2 });
    expect(valueOf('{"<<": 1}')).toEqual({ "<<": 1 });
    expect(faultOf("<<: 1")).toContain('after "<<" stands a mapping');
  });

  test("anchors and aliases give the same value; unknown and circular aliases are errors", () => {
    expect(valueOf("a: &x [1, 2]\nb: *x\n&k key: *x\n? *k\n: 3")).toEqual({
      a: [1, 2],
      b: [1, 2],
      key: 3,
    });
    expect(faultOf("a: *x")).toContain("user-data:1:4");
    expect(faultOf("a: &x [*x]")).toContain("inside the value that it names");
  });

  test("keys are the text that was written", () => {
    expect(valueOf("22: a\nyes: b\n012: c\n~: d\n1.50: e")).toEqual({
      "22": "a",
      yes: "b",
      "012": "c",
      "~": "d",
      "1.50": "e",
    });
    expect(faultOf("? [a]\n: b")).toContain("cannot be a key");
  });

  test("__proto__ is a key like any other", () => {
    const value = valueOf("__proto__: {polluted: true}\na: {<<: {__proto__: 1}}");
    expect(Object.keys(value as object)).toEqual(["__proto__", "a"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  test("tags: the standard ones work, others reject the document", () => {
    expect(valueOf("!!str 0644")).toBe("0644");
    expect(valueOf("[!!int '0644', !!float 1, !!bool 'YES', !!null x, ! 12]")).toEqual([
      420,
      1,
      true,
      null,
      12,
    ]);
    expect(valueOf("!!set {a, b}")).toEqual({ a: null, b: null });
    expect(valueOf("!!omap [a: 1, b: 2]")).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
    expect(valueOf("!!timestamp 2012-09-01")).toBe("2012-09-01");
    expect(valueOf("!!python/unicode 'x'")).toBe("x");
    expect(valueOf("!!binary aGVs\n bG8=")).toEqual(new TextEncoder().encode("hello"));
    for (const text of [
      "!foo x",
      "!!python/object:os.system x",
      "!!int x",
      "!!binary a",
      "!!map x",
    ]) {
      expect(faultOf(`a: ${text}`)).toContain("tag is not known");
    }
    expect(faultOf("!!str [a]")).toContain("tag");
  });

  test("one document only; %YAML 1.x, --- and ... are fine", () => {
    expect(valueOf("%YAML 1.1\n---\na: 1\n...\n")).toEqual({ a: 1 });
    expect(faultOf("a: 1\n---\nb: 2\n")).toBe(
      "user-data:2:1: Cannot read YAML: a second document begins here, and one is expected",
    );
    expect(faultOf("%YAML 2.0\n---\na: 1\n")).toContain("%YAML version is not 1.x");
  });

  test("a tab indents nothing, and stands where blanks may inside a line", () => {
    expect(faultOf("a:\n\tb: 1")).toContain("a tab cannot indent a line");
    expect(valueOf("a:\tx\tb\n")).toEqual({ a: "x\tb" });
  });

  test("lines between brackets may be indented at will", () => {
    expect(valueOf('a: [\nb,\n{\n"c": [\n1\n]}\n]\nd: e\n  f\n')).toEqual({
      a: ["b", { c: [1] }],
      d: "e f",
    });
  });

  test("block text keeps or drops its last line ends as PyYAML does", () => {
    expect(valueOf("a: |\n  x\n\nb: |-\n  y\nc: |+\n  z\n\n")).toEqual({
      a: "x\n",
      b: "y",
      c: "z\n\n",
    });
    expect(valueOf("a: |\n  x")).toEqual({ a: "x" });
    expect(valueOf("a: |\n  x\n  ")).toEqual({ a: "x\n" });
    expect(valueOf("a: >\n  x\n  y\n\n  z\n")).toEqual({ a: "x y\nz\n" });
  });

  test("escapes in double quotes", () => {
    expect(valueOf(String.raw`"\0\a\b\t\n\v\f\r\e\"\\\/\N\_\L\P\x41\u0042\U00000043"`)).toBe(
      '\0\x07\b\t\n\v\f\r\x1b"\\/\u0085\u00a0\u2028\u2029ABC',
    );
    expect(faultOf(String.raw`a: "\q"`)).toContain("an escape in double quotes is not known");
  });

  test("line ends and encodings", () => {
    expect(valueOf("a: 1\r\nb: |\r\n  x\r\n  y\r\n")).toEqual({ a: 1, b: "x\ny\n" });
    expect(valueOf("a: 1\rb: 2")).toEqual({ a: 1, b: 2 });
    expect(valueOf("\uFEFFa: é")).toEqual({ a: "é" });
    expect(valueOf(new TextEncoder().encode("\uFEFFa: é"))).toEqual({ a: "é" });
    expect(valueOf(Buffer.from("\uFEFFa: é", "utf16le"))).toEqual({ a: "é" });
    expect(valueOf(Buffer.from("\uFEFFa: é", "utf16le").swap16())).toEqual({ a: "é" });
    expect(faultOf(Uint8Array.of(0x61, 0x3a, 0x0a, 0x20, 0xff, 0xfe))).toBe(
      "user-data:2: Cannot read YAML: its bytes are not UTF-8",
    );
  });
});

describe("the seed page's examples", () => {
  test("its datasource lists", () => {
    expect(valueOf("datasource_list: ['ConfigDrive']")).toEqual({
      datasource_list: ["ConfigDrive"],
    });
    expect(valueOf("datasource_list: [ NoCloud, ConfigDrive, OpenNebula, Ec2, None ]")).toEqual({
      datasource_list: ["NoCloud", "ConfigDrive", "OpenNebula", "Ec2", "None"],
    });
  });

  test("its settings of one datasource", () => {
    const text =
      "datasource:\n  OpenStack:\n    metadata_urls: [ 'http://169.254.169.254:80' ]\n    dsmode: net\n";
    expect(valueOf(text)).toEqual({
      datasource: { OpenStack: { metadata_urls: ["http://169.254.169.254:80"], dsmode: "net" } },
    });
  });
});

describe("errors", () => {
  test.each([
    ["a: b: c", 1],
    ["x: 1\na: - b", 2],
    ["a: @x", 1],
    ["a: `x", 1],
    ["a: %x", 1],
    ['a: "x', 1],
    ["a: 'it''", 1],
    ["a: [b", 1],
    ["a: 1\n- b", 2],
    ["a:\n    b: 1\n  c: 2", 3],
    ["a: x\ny", 2],
    ["a: \u0007", 1],
    ["a: 'x' y", 1],
  ] as const)("%j is no YAML, which is said with its line", (text, line) => {
    expect(faultOf(text)).toMatch(new RegExp(`^user-data:${line}:\\d+: Cannot read YAML: `));
  });

  test("no message repeats what the document says", () => {
    const fragments = [
      "s3cret",
      ": ",
      "- ",
      "\n",
      "  ",
      "[",
      "]",
      "{",
      "}",
      "'",
      '"',
      "&",
      "*",
      "!",
      "|",
      "%",
      "\t",
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...fragments), { maxLength: 12 }), (parts) => {
        const parsed = parseYaml(parts.join(""), "user-data");
        const problems = parsed.ok ? parsed.warnings : parsed.problems;
        expect(JSON.stringify(problems)).not.toContain("s3cret");
      }),
      { numRuns: 2000 },
    );
  });

  test("any text gives a value or a problem, never an exception", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.string()), (text) => {
        const parsed = parseYaml(text, "x");
        expect(parsed.ok || parsed.problems.length === 1).toBe(true);
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const parsed = parseYaml(bytes, "x");
        expect(parsed.ok || parsed.problems.length === 1).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("limits", () => {
  test.each(["[", "{a: ", "- ", "? "])("%j a million times ends at the depth limit", (piece) => {
    expect(faultOf(piece.repeat(1_000_000))).toContain(`more than ${YAML_DEPTH_MAX} levels`);
  });

  test("nested blocks end at the depth limit, and below it are read", () => {
    const nested = (levels: number) =>
      Array.from({ length: levels }, (_, level) => `${" ".repeat(level)}a:`).join("\n");
    expect(faultOf(nested(1000))).toContain("levels deep");
    let value = valueOf(nested(200));
    let depth = 0;
    while (typeof value === "object" && value !== null) {
      value = (value as { a: unknown }).a;
      depth += 1;
    }
    expect(depth).toBe(200);
  });

  test("a bomb of aliases ends at its limit", () => {
    const bomb = Array.from(
      { length: 30 },
      (_, level) => `a${level + 1}: &a${level + 1} [${Array(10).fill(`*a${level}`).join(", ")}]`,
    ).join("\n");
    expect(faultOf(`a0: &a0 [x]\n${bomb}`)).toContain(`more than ${YAML_ALIAS_WEIGHT_MAX} nodes`);
  });

  test("a document too long is refused unread", () => {
    expect(faultOf(new Uint8Array(YAML_SIZE_BYTES_MAX + 1))).toContain("the limit is 67108864");
  });

  test("a document of too many pieces is refused half-way", () => {
    expect(faultOf(`[${"a,".repeat(YAML_TOKENS_MAX / 2)}]`)).toContain("tokens");
  }, 60_000);

  test("digits without end are text", () => {
    const digits = "9".repeat(100_000);
    expect(valueOf(`a: ${digits}`)).toEqual({ a: digits });
    expect(valueOf(`a: 1${":5".repeat(100_000)}`)).toEqual({ a: `1${":5".repeat(100_000)}` });
  });
});
