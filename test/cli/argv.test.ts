import { describe, expect, test } from "bun:test";
import type { ArgsDef } from "citty";
import * as fc from "fast-check";
import { type ParsedArgv, parseArgv, repeatedValues } from "../../src/cli/argv.ts";
import { toPlainWords } from "../support/plain-words.ts";

const SINGLE = {
  name: { type: "string", alias: "n", required: true },
  frequency: { type: "enum", options: ["instance", "always", "once"] },
  report: { type: "boolean" },
  "argument...": { type: "positional", required: false },
} as const satisfies ArgsDef;

const MODULES = {
  mode: { type: "enum", alias: "m", options: ["init", "config", "final"], default: "config" },
} as const satisfies ArgsDef;

const INHERITED = {
  debug: { type: "boolean", alias: "d" },
  force: { type: "boolean" },
  file: { type: "string", alias: "f" },
} as const satisfies ArgsDef;

function parse(line: string, definitions: ArgsDef = MODULES): ReturnType<typeof parseArgv> {
  return parseArgv(line === "" ? [] : line.split(" "), definitions, { inherited: INHERITED });
}

function parsed(line: string, definitions: ArgsDef = MODULES): ParsedArgv {
  const outcome = parse(line, definitions);
  if (outcome.kind !== "parsed") {
    throw new Error(`"${line}" gave ${JSON.stringify(outcome)}`);
  }
  return outcome;
}

function errorOf(line: string, definitions: ArgsDef = MODULES): string {
  const outcome = parse(line, definitions);
  return outcome.kind === "error" ? outcome.message : `no error: ${JSON.stringify(outcome)}`;
}

describe("one option in all its spellings", () => {
  for (const line of [
    "--mode final",
    "--mode=final",
    "--mod final",
    "--m=final",
    "-m final",
    "-mfinal",
    "-m=final",
    "-mode final",
    "-mode=final",
  ]) {
    test(`"${line}" means --mode=final`, () => {
      expect(parsed(line).options).toEqual([{ name: "mode", value: "final" }]);
    });
  }
});

test("flags may be joined, the last of them with a value", () => {
  expect(parsed("-dmfinal").options).toEqual([
    { name: "debug", value: "true" },
    { name: "mode", value: "final" },
  ]);
});

test("a repeated option keeps all values in their order", () => {
  expect(repeatedValues(parsed("-f a --file b -fc --file=d"), "file")).toEqual([
    "a",
    "b",
    "c",
    "d",
  ]);
});

test("options and positional arguments mix, and -- ends options", () => {
  const outcome = parsed("one -n set_hostname two -- --report -x", SINGLE);
  expect(outcome.positionals).toEqual(["one", "two", "--report", "-x"]);
  expect(outcome.options).toEqual([{ name: "name", value: "set_hostname" }]);
});

test("a level's own options win over inherited ones where a name is cut short", () => {
  expect(parsed("-n x --f always", SINGLE).options[1]).toEqual({
    name: "frequency",
    value: "always",
  });
  expect(parsed("-n x --fo", SINGLE).options[1]).toEqual({ name: "force", value: "true" });
});

test("negative numbers, a lone dash and words with blanks are values", () => {
  const outcome = parseArgv(["-n", "-5", "-", "-1.5", "-a b", "--a b"], SINGLE);
  expect(outcome).toMatchObject({
    options: [{ name: "name", value: "-5" }],
    positionals: ["-", "-1.5", "-a b", "--a b"],
  });
});

test("help wins over everything after it, and over nothing before it", () => {
  expect(parse("--help --bogus").kind).toBe("help");
  expect(parse("-h", SINGLE).kind).toBe("help");
  expect(parse("--he").kind).toBe("help");
  expect(parse("--bogus -h").kind).toBe("error");
});

test("the options before a subcommand end with its name", () => {
  const options = { stopAtPositional: true };
  expect(parseArgv(["-d", "modules", "-m", "final"], INHERITED, options)).toMatchObject({
    positionals: ["modules"],
    rest: ["-m", "final"],
  });
  expect(parseArgv(["--", "init", "--local"], INHERITED, options)).toMatchObject({
    positionals: ["init"],
    rest: ["--local"],
  });
  expect(parseArgv(["-d"], INHERITED, options)).toMatchObject({ positionals: [], rest: [] });
});

describe("errors name the word and what was expected", () => {
  const cases: readonly [line: string, definitions: ArgsDef, message: string][] = [
    ["--bogus", MODULES, 'unrecognized argument: "--bogus"'],
    ["--bogus=secret", MODULES, 'unrecognized argument: "--bogus"'],
    ["-x", MODULES, 'unrecognized argument: "-x"'],
    ["--mdoe final", MODULES, 'unrecognized argument: "--mdoe" (did you mean "--mode"?)'],
    ["extra words", MODULES, 'unrecognized arguments: "extra", "words"'],
    ["--mode", MODULES, "argument --mode/-m: expected one argument"],
    ["--mode --debug", MODULES, "argument --mode/-m: expected one argument"],
    [
      "--mode boot",
      MODULES,
      'argument --mode/-m: invalid choice: "boot" (choose from "init", "config", "final")',
    ],
    ["--debug=yes", MODULES, 'argument --debug/-d: takes no value, got "yes"'],
    ["--f x", MODULES, 'ambiguous option: "--f" could match --force, --file'],
    ["a b", SINGLE, "the following arguments are required: --name/-n"],
  ];
  for (const [line, definitions, message] of cases) {
    test(`"${line}"`, () => {
      expect(errorOf(line, definitions)).toBe(message);
    });
  }

  test("a missing positional argument", () => {
    expect(errorOf("", { source: { type: "positional", required: true } })).toBe(
      "the following arguments are required: SOURCE",
    );
  });
});

test("any words give an outcome, and what was understood reads back as the same", () => {
  const word = fc.oneof(
    fc.constantFrom("-n", "--name", "-nx", "--freq", "always", "--", "-", "-dn", "--report", "-f"),
    fc.string({ maxLength: 12 }),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (words) => {
      const first = parseArgv(words, SINGLE);
      if (first.kind === "parsed") {
        expect(parseArgv(toPlainWords(first, SINGLE), SINGLE)).toEqual(first);
      }
    }),
    { numRuns: 2000 },
  );
});
