import { describe, expect, test } from "bun:test";
import { isMapping } from "../../src/config/cloud-config.ts";
import { MODULES } from "../../src/modules/registry.ts";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { parseYaml } from "../../src/text/yaml.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { single } from "../support/run-by-hand.ts";
import {
  buildDrive,
  CLOUD_DIR,
  createMachine,
  DRIVE_ID,
  logLines,
  logMark,
  resultOf,
  semaphoresOf,
  textAt,
} from "../support/sample-machine.ts";

/** One of each JSON type, and of each shape that is often mistaken for another. */
const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  3.7,
  1e300,
  "",
  "text",
  "two words",
  `${"long".repeat(3_000)}`,
  "a\u0000b\n\u001b[31m",
  [],
  [null],
  [3, true],
  ["a", ["b", ["c"]]],
  [{}],
  [{ name: ["x"], path: 7, list: {} }],
  {},
  { a: 1, name: null },
  { __proto__x: {}, constructor: "c", toString: 3 },
];

/** What a program says that trips over a value instead of judging it. */
const TRIPPED =
  /TypeError|ReferenceError|Maximum call|is not a function|is not an object|is not iterable|undefined is not|evaluating '|\[object Object\]|ended early/u;

const modules = await Promise.all(MODULES.map((entry) => entry.load()));
const allKeys = [
  ...new Set(modules.flatMap((module) => Object.keys(module.schema.properties))),
].sort();

/** JSON is YAML; what YAML forbids unescaped is escaped. */
function cloudConfig(config: unknown): string {
  return `#cloud-config\n${JSON.stringify(config)}\n`;
}

function expectNobodyTripped(aix: SimulatedAix, mark: number, what: unknown): void {
  const tripped = logLines(aix, mark).filter((line) => TRIPPED.test(line));
  expect({ what, tripped, gaps: aix.gaps }).toEqual({ what, tripped: [], gaps: [] });
}

describe("a value of the wrong type", () => {
  test.each(VALUES.map((value, index) => [index, value] as const))(
    "in every key of every module at once (value %d) stops no stage and no other module",
    async (_index, value) => {
      const config = Object.fromEntries(allKeys.map((key) => [key, value]));
      const aix = createMachine({ drive: buildDrive({ userData: cloudConfig(config) }) });
      const codes = await runBoot(aix);
      expectNobodyTripped(aix, 0, value);
      expect(codes["init-local"]).toBe(0);
      const { errors } = resultOf(aix);
      const sum = Object.values(codes).reduce((total, code) => total + code, 0);
      expect(errors).toHaveLength(sum);
      expect(new Set(errors).size).toBe(errors.length);
      expect(semaphoresOf(aix, DRIVE_ID)).toContain("config_scripts_user");
      expect(aix.system.fs.stat(`${CLOUD_DIR}/instance/boot-finished`)).toBeDefined();
      expect(aix.machine.interfaces.find(({ name }) => name === "en0")?.isUp).toBe(true);
    },
  );

  for (const module of modules) {
    const keys = Object.keys(module.schema.properties);
    if (keys.length === 0) {
      continue;
    }

    test(`in a key of ${module.name} is at most one message for each item`, async () => {
      const aix = createMachine({ drive: buildDrive() });
      await runBoot(aix);
      for (const key of keys) {
        for (const value of VALUES) {
          const mark = logMark(aix);
          const config = { [key]: value };
          await runWith(aix, module.name, config);
          expectNobodyTripped(aix, mark, config);
          const messages = warnings(aix, mark);
          const tooMany = messages.length <= pathsOf(value).length + 1 ? [] : messages;
          expect({ config, tooMany }).toEqual({ config, tooMany: [] });
          expect(new Set(messages).size).toBe(messages.length);
        }
      }
    });

    test(`anywhere in an example of ${module.name} trips nobody`, async () => {
      const aix = createMachine({ drive: buildDrive() });
      await runBoot(aix);
      for (const example of module.examples) {
        const parsed = parseYaml(example, module.name);
        const config = parsed.ok && isMapping(parsed.value) ? parsed.value : {};
        for (const path of pathsOf(config)) {
          for (const value of [null, 7, "text", [], [[1]], {}, { a: {} }]) {
            const mark = logMark(aix);
            const changed = replaceAt(config, path, value);
            await runWith(aix, module.name, changed);
            expectNobodyTripped(aix, mark, { path, value });
          }
        }
      }
    }, 30_000);
  }
});

/** Runs one module by hand with a configuration of its own. */
async function runWith(aix: SimulatedAix, name: string, config: unknown): Promise<void> {
  aix.system.fs.write("/tmp/own.cfg", cloudConfig(config));
  await single(aix, name, { frequency: "always", configFiles: ["/tmp/own.cfg"] });
}

/** What the module complained of. */
function warnings(aix: SimulatedAix, mark: number): readonly string[] {
  return logLines(aix, mark).filter((line) =>
    /\[WARNING\]: Running \S+ \(\S+\) failed: /u.test(line),
  );
}

type Path = readonly (string | number)[];

/** Every place in a value, the whole of it left out. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  const entries: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? [...value.entries()]
    : isMapping(value)
      ? Object.entries(value)
      : [];
  return entries.flatMap(([key, item]) => {
    const here: Path = [...path, key];
    return [here].concat(pathsOf(item, here));
  });
}

function replaceAt(value: unknown, path: Path, replacement: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) {
    return replacement;
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) =>
      index === first ? replaceAt(item, rest, replacement) : item,
    );
  }
  return isMapping(value)
    ? { ...value, [first]: replaceAt(value[String(first)], rest, replacement) }
    : value;
}

test("the machine of these tests is a sound one", async () => {
  const aix = createMachine({ drive: buildDrive() });
  await runBoot(aix);
  expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`)).toBe(`${DRIVE_ID}\n`);
});
