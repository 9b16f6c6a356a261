import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Type } from "typebox";
import { Check } from "typebox/value";
import { bytesType } from "../../src/schema/bytes-type.ts";
import { originalIndexOf, parseConfig } from "../../src/schema/parse-config.ts";
import { EXPECTED, SINGLE } from "../../src/schema/schema-node.ts";

const schema = Type.Object({
  hostname: Type.Optional(Type.String()),
  enabled: Type.Optional(Type.Boolean()),
  delay: Type.Optional(Type.Integer({ minimum: 0, maximum: 60 })),
  ratio: Type.Optional(Type.Number()),
  mode: Type.Optional(Type.Enum(["on", "off", "auto"])),
  names: Type.Optional(Type.Array(Type.String(), { [SINGLE]: true })),
  date: Type.Optional(
    Type.String({ pattern: "^\\d{4}-\\d\\d-\\d\\d$", [EXPECTED]: "a date such as 2026-01-31" }),
  ),
  files: Type.Optional(
    Type.Array(
      Type.Object({
        path: Type.String({ minLength: 1 }),
        content: Type.Optional(Type.Union([Type.String(), bytesType()])),
        owner: Type.Optional(Type.String()),
        permissions: Type.Optional(Type.Union([Type.String(), Type.Number()])),
      }),
    ),
  ),
  commands: Type.Optional(
    Type.Array(Type.Union([Type.String(), Type.Array(Type.String()), Type.Null()])),
  ),
  limits: Type.Optional(Type.Record(Type.String(), Type.Number())),
  nothing: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});

function parse(raw: Readonly<Record<string, unknown>>) {
  const { config, problems } = parseConfig(schema, raw);
  return { config, messages: problems.map(({ message }) => message) };
}

describe("what fits", () => {
  test("is taken as it is, not copied; other top-level keys are not", () => {
    const files = [{ path: "/a", unknown: 1 }];
    const { config, messages } = parse({ files, hostname: "vm1", other: [] });
    expect(config).toEqual({ files: [{ path: "/a", unknown: 1 }] as never, hostname: "vm1" });
    expect(config.files).toBe(files as never);
    expect(messages).toEqual([]);
  });

  test("bytes are taken where the schema wants them", () => {
    const content = Uint8Array.of(0xff);
    expect(parse({ files: [{ path: "/a", content }] }).config.files?.[0]?.content).toBe(content);
  });

  test("inherited properties are not seen", () => {
    const raw = Object.create({ hostname: "x" }) as Record<string, unknown>;
    expect(parse(raw).config).toEqual({});
  });
});

describe("coercion as cloud-init does it", () => {
  test.each<[Readonly<Record<string, unknown>>, unknown]>([
    [{ hostname: 123 }, { hostname: "123" }],
    [{ hostname: 7.5 }, { hostname: "7.5" }],
    [{ hostname: true }, { hostname: "True" }],
    [{ hostname: new TextEncoder().encode("é") }, { hostname: "é" }],
    [{ enabled: " YES " }, { enabled: true }],
    [{ enabled: "off" }, { enabled: false }],
    [{ enabled: 1 }, { enabled: true }],
    [{ delay: "30" }, { delay: 30 }],
    [{ ratio: "0.5" }, { ratio: 0.5 }],
    [{ mode: false }, { mode: "off" }],
    [{ mode: true }, { mode: "on" }],
    [{ names: "a" }, { names: ["a"] }],
    [{ names: 1 }, { names: ["1"] }],
    [{ names: ["a", 2, null] }, { names: ["a", "2"] }],
    [{ hostname: null, files: null }, {}],
    [{ nothing: null }, { nothing: null }],
    [{ commands: ["a", null, ["b", 1]] }, { commands: ["a", null, ["b", "1"]] }],
    [{ limits: { a: "1", b: null } }, { limits: { a: 1 } }],
  ])("%j becomes %j", (raw, expected) => {
    expect(parse(raw)).toEqual({ config: expected as never, messages: [] });
  });
});

describe("what does not fit", () => {
  test.each<[Readonly<Record<string, unknown>>, string]>([
    [{ hostname: ["a"] }, 'Cannot use "hostname", it is left out: expected text, found a list'],
    [
      { enabled: "maybe" },
      'Cannot use "enabled", it is left out: expected true or false, found text',
    ],
    [
      { delay: 61 },
      'Cannot use "delay", it is left out: expected a whole number from 0 to 60, found another number',
    ],
    [
      { delay: 1.5 },
      'Cannot use "delay", it is left out: expected a whole number from 0 to 60, found another number',
    ],
    [
      { delay: "soon" },
      'Cannot use "delay", it is left out: expected a whole number from 0 to 60, found text',
    ],
    [
      { mode: "on fire" },
      'Cannot use "mode", it is left out: expected one of "on", "off", "auto", found other text',
    ],
    [
      { names: { a: 1 } },
      'Cannot use "names", it is left out: expected text or a list of text, found a mapping',
    ],
    [
      { date: "tomorrow" },
      'Cannot use "date", it is left out: expected a date such as 2026-01-31, found other text',
    ],
    [{ files: "x" }, 'Cannot use "files", it is left out: expected a list of mappings, found text'],
    [
      { limits: new Uint8Array(1) },
      'Cannot use "limits", it is left out: expected a mapping, found binary data',
    ],
    [
      { commands: "ls" },
      'Cannot use "commands", it is left out: expected a list whose items are text or a list of text, found text',
    ],
  ])("%j is left out and told", (raw, message) => {
    expect(parse(raw)).toEqual({ config: {}, messages: [message] });
  });

  test("an optional property goes alone, a required one takes its item along", () => {
    const { config, messages } = parse({
      files: [
        { path: "/a", owner: ["root"] },
        { path: ["/b"] },
        { content: "c" },
        "/d",
        null,
        { path: "/f", permissions: true },
      ],
    });
    expect(config.files).toEqual([{ path: "/a" }, { path: "/f", permissions: "True" }]);
    expect(messages).toEqual([
      'Cannot use "files[0].owner", it is left out: expected text, found a list',
      'Cannot use "files[1].path", "files[1]" is left out: expected text that is not empty, found a list',
      'Cannot use "files[2]", it is left out: "path" is missing, expected text that is not empty',
      'Cannot use "files[3]", it is left out: expected a mapping, found text',
    ]);
  });

  test("items keep the places that they had in the user's list", () => {
    const { config } = parse({ files: [{}, { path: "/b" }, null, { path: "/d" }] });
    const files = config.files ?? [];
    expect(files.map((file, index) => [file.path, originalIndexOf(files, index)])).toEqual([
      ["/b", 1],
      ["/d", 3],
    ]);
    expect(originalIndexOf(["untouched"], 0)).toBe(0);
  });

  test("problems carry the key path", () => {
    const { problems } = parseConfig(schema, { commands: ["a", ["b", { c: 1 }]] });
    expect(problems.map(({ path }) => path)).toEqual([["commands", 1, 1]]);
  });

  test("__proto__ in a record is an entry like any other", () => {
    const limits = JSON.parse('{"__proto__": "2", "a": "x"}') as unknown;
    const { config, messages } = parse({ limits });
    expect(JSON.stringify(config.limits)).toBe('{"__proto__":2}');
    expect(messages).toHaveLength(1);
  });
});

describe("laws", () => {
  const fields = [
    "hostname",
    "enabled",
    "delay",
    "ratio",
    "mode",
    "names",
    "date",
    "files",
    "commands",
    "limits",
    "nothing",
    "path",
    "content",
  ];
  const anyValue = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom<unknown>(
        "s3cret",
        "yes",
        "1",
        "",
        1,
        0.5,
        -7,
        true,
        false,
        null,
        new Uint8Array(2),
      ),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom(...fields), tie("value"), {
        maxKeys: 4,
        noNullPrototype: true,
      }),
    ),
  })).value;
  const anyRaw = fc.dictionary(fc.constantFrom(...fields), anyValue, { noNullPrototype: true });

  test("what is given always fits the schema; no message shows a value; the input stays as it was", () => {
    fc.assert(
      fc.property(anyRaw, (raw) => {
        const before = structuredClone(raw);
        const { config, problems } = parseConfig(schema, raw);
        expect(Check(schema, config)).toBe(true);
        expect(JSON.stringify(problems)).not.toContain("s3cret");
        expect(raw).toEqual(before);
      }),
      { numRuns: 3000 },
    );
  });

  test("what was given once is given again without a problem", () => {
    fc.assert(
      fc.property(anyRaw, (raw) => {
        const { config } = parseConfig(schema, raw);
        expect(parseConfig(schema, config as Record<string, unknown>)).toEqual({
          config,
          problems: [],
        });
      }),
      { numRuns: 1000 },
    );
  });
});
