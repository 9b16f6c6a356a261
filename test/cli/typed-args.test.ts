import { expect, test } from "bun:test";
import { type ArgsDef, runCommand } from "citty";
import * as fc from "fast-check";
import { parseArgv } from "../../src/cli/argv.ts";
import { readTypedArgs } from "../../src/cli/typed-args.ts";
import { toPlainWords } from "../support/plain-words.ts";

const DEFINITIONS = {
  source: { type: "positional", required: false },
  name: { type: "string", alias: "n" },
  root: { type: "string", default: "/" },
  mode: { type: "enum", options: ["init", "config"], default: "config" },
  frequency: { type: "enum", options: ["once", "always"] },
  local: { type: "boolean" },
  "user-data": { type: "string" },
  "argument...": { type: "positional", required: false },
} as const satisfies ArgsDef;

const NAMES = [...Object.keys(DEFINITIONS), "_"];

async function byCitty(words: readonly string[]): Promise<unknown> {
  let args: unknown;
  await runCommand(
    {
      args: DEFINITIONS,
      run: async (given) => {
        args = NAMES.map((name) => (given.args as Record<string, unknown>)[name]);
      },
    },
    { rawArgs: [...words] },
  );
  return args;
}

test("arguments are what citty makes of them", async () => {
  const word = fc.constantFrom(
    "-nx",
    "--name=y",
    "--root",
    "/a",
    "--mode",
    "init",
    "--frequency=once",
    "--local",
    "--user-data",
    "z",
    "drive.iso",
    "--",
    "-x",
    "b c",
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 7 }), async (words) => {
      const parsed = parseArgv(words, DEFINITIONS);
      if (parsed.kind === "parsed") {
        const args: Record<string, unknown> = readTypedArgs(parsed, DEFINITIONS);
        const typed = NAMES.map((name) => args[name]);
        expect({ words, typed }).toEqual({
          words,
          typed: (await byCitty(toPlainWords(parsed, DEFINITIONS))) as unknown[],
        });
      }
    }),
    { numRuns: 500 },
  );
});

test("what is not said is its default, or absent", () => {
  const parsed = parseArgv([], DEFINITIONS);
  expect(parsed.kind === "parsed" && readTypedArgs(parsed, DEFINITIONS)).toEqual({
    _: [],
    root: "/",
    mode: "config",
  } as never);
});
